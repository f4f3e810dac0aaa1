/** Why Terraform chose an action, in words. Source: internal/command/jsonplan/plan.go of Terraform 1.14 and OpenTofu. */
export const REASONS: Readonly<Record<string, string>> = {
  replace_because_cannot_update: 'a change of it cannot be made in place',
  replace_because_tainted: 'its creation failed before, so it is marked as tainted',
  replace_by_request: 'the plan was made with -replace',
  replace_by_triggers: 'replace_triggered_by of its block names something that changes',
  delete_because_no_resource_config: 'its block is no longer in the configuration',
  delete_because_wrong_repetition: 'its block no longer makes, or newly makes, several instances',
  delete_because_count_index: 'its index is outside of count',
  delete_because_each_key: 'its key is no longer in for_each',
  delete_because_no_module: 'its module is no longer in the configuration',
  delete_because_no_move_target: 'it was moved to an address that has no block',
  delete_because_enabled_false: 'its block is switched off',
};
