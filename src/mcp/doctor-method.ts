/** The one method besides MCP's own. It is no tool: no model is offered it, and what it is told only lowers a level. */
export const DOCTOR = 'countersign/doctor';
