"""Verifies Countersign's checkpoints, receipts, consistency proofs and tiles, from the specifications alone.

Python 3, standard library only; shares no code with Countersign. Sources: RFC 6962, RFC 9162 §2.1.3-2.1.4, RFC 8032
§5.1, C2SP signed-note, tlog-checkpoint, tlog-proof and tlog-tiles, OpenSSH's PROTOCOL.sshsig, and docs/ledger.md.

    python3 independent.py checkpoint VKEY FILE
    python3 independent.py receipt VKEY FILE
    python3 independent.py consistency VKEY OLD NEW PROOF     PROOF: one base64 hash a line
    python3 independent.py tiles VKEY FOLDER
    python3 independent.py batch          each line of standard input: {"do": …, "vkey": …, "data": [base64, …]}

Prints `ok …` and exits 0, or `refused: …` and exits 1.
"""
import base64
import binascii
import functools
import hashlib
import json
import os
import re
import sys


class Refused(Exception):
    pass


def need(fact, why):
    if not fact:
        raise Refused(why)


def sha256(data):
    return hashlib.sha256(data).digest()


def exact_base64(text):
    """RFC 4648 §4, with its one canonical writing."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Refused("not base64")
    need(base64.b64encode(data) == text, "base64 is not canonical")
    return data


# RFC 8032 §5.1: Ed25519 in extended coordinates.
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def recover_x(y, sign):
    if y >= P:
        return None
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    if x2 == 0:
        return None if sign else 0
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P != 0:
        x = x * ROOT % P
    if (x * x - x2) % P != 0:
        return None
    return P - x if (x & 1) != sign else x


def point(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    x = recover_x(y, sign)
    need(x is not None, "not a point of the curve")
    return (x, y, 1, x * y % P)


def add(a, b):
    (x1, y1, z1, t1), (x2, y2, z2, t2) = a, b
    aa, bb = (y1 - x1) * (y2 - x2) % P, (y1 + x1) * (y2 + x2) % P
    cc, dd = 2 * t1 * t2 * D % P, 2 * z1 * z2 % P
    e, f, g, h = bb - aa, dd - cc, dd + cc, bb + aa
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def times(n, q):
    out = (0, 1, 1, 0)
    while n > 0:
        if n & 1:
            out = add(out, q)
        q, n = add(q, q), n >> 1
    return out


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE = (recover_x(BASE_Y, 0), BASE_Y, 1, recover_x(BASE_Y, 0) * BASE_Y % P)


@functools.lru_cache(maxsize=None)
def ed25519_ok(public, message, signature):
    if len(public) != 32 or len(signature) != 64:
        return False
    s = int.from_bytes(signature[32:], "little")
    if s >= L:
        return False
    try:
        a, r = point(public), point(signature[:32])
    except Refused:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    left, right = times(s, BASE), add(r, times(k, a))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0


# C2SP signed-note.
def parse_vkey(text):
    parts = text.encode().split(b"+", 2)
    need(len(parts) == 3 and re.fullmatch(rb"[0-9a-f]{8}", parts[1]), "not a verifier key")
    material = exact_base64(parts[2])
    need(len(material) == 33 and material[0] == 1, "not an Ed25519 verifier key")
    key_id = sha256(parts[0] + b"\n" + material)[:4]
    need(key_id.hex().encode() == parts[1], "the key id is not the key's")
    return parts[0], key_id, material[1:]


SIGNATURE = re.compile("— ([^\\s+]+) (\\S+)".encode("utf-8"))


def split_note(note):
    try:
        note.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused("not UTF-8")
    need(not re.search(rb"[\x00-\x09\x0b-\x1f]", note), "control characters")
    at = note.rfind(b"\n\n")
    need(at > 0 and note.endswith(b"\n"), "no signature lines")
    lines = note[at + 2 : -1].split(b"\n")
    need(1 <= len(lines) <= 64, "no signature lines, or too many")
    signatures = []
    for line in lines:
        match = SIGNATURE.fullmatch(line)
        need(match, "a signature line has another form")
        data = exact_base64(match.group(2))
        need(len(data) >= 5, "a signature is too short")
        signatures.append((match.group(1), data[:4], data[4:]))
    return note[: at + 1], signatures


# C2SP tlog-checkpoint.
def open_checkpoint(note, vkey):
    name, key_id, public = parse_vkey(vkey)
    text, signatures = split_note(note)
    lines = text.split(b"\n")
    need(len(lines) == 4 and lines[3] == b"" and lines[0], "not three lines")
    need(lines[0] == name, "the origin is not the key's name")
    need(re.fullmatch(rb"0|[1-9][0-9]{0,15}", lines[1]), "not a size")
    root = exact_base64(lines[2])
    need(len(root) == 32, "not a root hash")
    own = [signature for signer, signer_id, signature in signatures if (signer, signer_id) == (name, key_id)]
    need(own, "not signed by the log")
    for signature in own:
        need(ed25519_ok(public, text, signature), "the log's signature is false")
    return {"size": int(lines[1]), "root": root, "signatures": len(signatures)}


# RFC 6962 and RFC 9162.
def leaf_hash(data):
    return sha256(b"\0" + data)


def node_hash(left, right):
    return sha256(b"\1" + left + right)


def tree_hash(leaves):
    stack = []
    for leaf in leaves:
        size, node = 1, leaf
        while stack and stack[-1][0] == size:
            size, node = size * 2, node_hash(stack.pop()[1], node)
        stack.append((size, node))
    if not stack:
        return sha256(b"")
    node = stack.pop()[1]
    while stack:
        node = node_hash(stack.pop()[1], node)
    return node


def inclusion_root(index, size, leaf, proof):
    need(0 <= index < size, "the index is outside of the tree")
    fn, sn, node = index, size - 1, leaf
    for step in proof:
        need(sn > 0, "the proof is too long")
        if fn & 1 or fn == sn:
            node = node_hash(step, node)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            node = node_hash(node, step)
        fn, sn = fn >> 1, sn >> 1
    need(sn == 0, "the proof is too short")
    return node


def check_consistency(old, new, proof):
    need(old["size"] <= new["size"], "the older checkpoint is larger")
    if old["size"] == new["size"]:
        need(not proof and old["root"] == new["root"], "two roots of one size")
        return
    if old["size"] == 0:
        need(not proof and old["root"] == sha256(b""), "not the empty tree")
        return
    path = list(proof)
    if old["size"] & (old["size"] - 1) == 0:
        path.insert(0, old["root"])
    need(path, "no proof")
    fn, sn = old["size"] - 1, new["size"] - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for step in path[1:]:
        need(sn > 0, "the proof is too long")
        if fn & 1 or fn == sn:
            fr, sr = node_hash(step, fr), node_hash(step, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node_hash(sr, step)
        fn, sn = fn >> 1, sn >> 1
    need(sn == 0 and fr == old["root"] and sr == new["root"], "the older tree is not a prefix of the newer")


# C2SP tlog-proof, with the events of a change in `extra` as docs/ledger.md says.
HEADER = b"c2sp.org/tlog-proof@v1"


def check_receipt(data, vkey):
    head, separator, note = data.partition(b"\n\n")
    lines = head.split(b"\n")
    need(separator and len(lines) >= 3 and lines[0] == HEADER, "not a tlog-proof")
    need(lines[1].startswith(b"extra "), "no events")
    need(re.fullmatch(rb"index (0|[1-9][0-9]{0,15})", lines[2]), "no index")
    events = exact_base64(lines[1][6:]).split(b"\n")
    proof = [exact_base64(line) for line in lines[3:]]
    need(all(len(step) == 32 for step in proof), "a proof line is not a hash")
    index = int(lines[2][6:])
    size_line = note.split(b"\n")[1] if note.count(b"\n") > 1 else b""
    need(re.fullmatch(rb"[1-9][0-9]{0,15}", size_line), "not a size")
    # The proof first: it is cheaper than the signature.
    root = inclusion_root(index, int(size_line), leaf_hash(events[0]), proof)
    checkpoint = open_checkpoint(note, vkey)
    need(checkpoint["signatures"] == 1, "more than one signature line")
    need(checkpoint["root"] == root, "the event is not in the checkpoint")
    closing = read_json(events[0])
    need(closing["seq"] == index + 1, "an event from another position")
    record = [exact_base64(one.encode()) for one in closing.get("record", [])]
    if len(events) > 1:
        need([leaf_hash(one) for one in events[1:]] == record, "other events than the record names")
    return check_events(closing, [read_json(one) for one in events[1:]])


def read_json(data):
    try:
        value = json.loads(data.decode("utf-8"))
    except ValueError:
        raise Refused("an event is not JSON")
    need(isinstance(value, dict), "an event is not an object")
    need(canonical(value) == data, "an event is not canonical JSON")
    return value


def canonical(value):
    """RFC 8785, for what events hold: texts, whole numbers, lists and objects with ASCII names."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode("utf-8")


def check_events(closing, earlier):
    events = earlier + [closing]
    need(all(one["change_id"] == closing["change_id"] for one in events), "events of more than one change")
    digest = None
    for one in events:
        body = one["body"]
        if one["kind"] == "change.proposed":
            fields = ["id", "planDigest", "sponsor", "goal", "reason", "approveBy", "nonce"]
            signed = {name: body[name] for name in fields}
            signed.update({name: body[name] for name in ("proof", "onePerson") if name in body})
            signed["seats"] = {"count": body["judgement"]["seats"], "roles": body["judgement"]["roles"]}
            digest = "sha256:" + sha256(canonical(signed)).hex()
        if one["kind"] in ("change.approved", "change.rejected"):
            statement = json.loads(body["statement"])
            message = body["statement"].encode("utf-8")
            is_passkey = body["signature"].startswith("{")
            fingerprint = check_webauthn(message, body) if is_passkey else check_sshsig(message, body["signature"])
            need(fingerprint in (None, body["keyFingerprint"]), "another key signed")
            claims = [("change_id", closing["change_id"]), ("change_digest", digest)]
            claims += [("decision", body["decision"]), ("person", body["person"])]
            need(all(statement[name] == value for name, value in claims), "another statement was signed")
        if digest and "changeDigest" in body:
            need(body["changeDigest"] == digest, "another change was executed")
    return "%s %s, %d events" % (closing["change_id"], closing["kind"], len(events))


def check_sshsig(message, armored):
    """PROTOCOL.sshsig. Returns the key's fingerprint, or None for a type of key that is not verified here."""
    lines = armored.split("\n")
    need(lines[0] == "-----BEGIN SSH SIGNATURE-----" and lines[-2:] == ["-----END SSH SIGNATURE-----", ""], "no armour")
    blob = exact_base64("".join(lines[1:-2]).encode())
    need(blob[:10] == b"SSHSIG\0\0\0\1", "not an SSH signature")
    key, namespace, reserved, algorithm, signature = take_strings(blob[10:], 5)
    need(namespace == b"countersign-approval@v1" and algorithm in (b"sha256", b"sha512"), "another namespace")
    kind, public = take_strings(key, 2, whole=False)
    if kind != b"ssh-ed25519":
        return None
    signature_kind, raw = take_strings(signature, 2)
    hashed = hashlib.new(algorithm.decode(), message).digest()
    parts = [namespace, reserved, algorithm, hashed]
    signed = b"SSHSIG" + b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    need(signature_kind == kind and ed25519_ok(public, signed, raw), "a person's signature is false")
    return "SHA256:" + base64.b64encode(sha256(key)).decode().rstrip("=")


# NIST P-256 (FIPS 186-4, D.1.2.3), for ECDSA of passkeys.
EC_P = 2**256 - 2**224 + 2**192 + 2**96 - 1
EC_N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
EC_G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)
EC_B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B


def ec_add(a, b):
    if a is None or b is None:
        return b if a is None else a
    if a[0] == b[0] and (a[1] + b[1]) % EC_P == 0:
        return None
    if a == b:
        slope = (3 * a[0] * a[0] - 3) * pow(2 * a[1], EC_P - 2, EC_P) % EC_P
    else:
        slope = (b[1] - a[1]) * pow(b[0] - a[0], EC_P - 2, EC_P) % EC_P
    x = (slope * slope - a[0] - b[0]) % EC_P
    return (x, (slope * (a[0] - x) - a[1]) % EC_P)


def ec_times(n, point_):
    out = None
    while n:
        if n & 1:
            out = ec_add(out, point_)
        point_, n = ec_add(point_, point_), n >> 1
    return out


def der_number(data):
    need(len(data) >= 3 and data[0] == 2 and 1 <= data[1] < 128 and len(data) >= 2 + data[1], "no DER number")
    number, rest = data[2 : 2 + data[1]], data[2 + data[1] :]
    need(number[0] < 128 and not (len(number) > 1 and number[0] == 0 and number[1] < 128), "DER is not canonical")
    return int.from_bytes(number, "big"), rest


def es256_ok(public, message, signature):
    need(len(public) == 65 and public[0] == 4, "no point")
    q = (int.from_bytes(public[1:33], "big"), int.from_bytes(public[33:], "big"))
    need((q[1] * q[1] - q[0] ** 3 + 3 * q[0] - EC_B) % EC_P == 0, "not on the curve")
    need(len(signature) >= 2 and signature[0] == 0x30 and signature[1] == len(signature) - 2 < 128, "no DER")
    r, rest = der_number(signature[2:])
    s, rest = der_number(rest)
    need(not rest and 0 < r < EC_N and 0 < s < EC_N, "numbers out of range")
    w = pow(s, EC_N - 2, EC_N)
    e = int.from_bytes(sha256(message), "big")
    found = ec_add(ec_times(e * w % EC_N, EC_G), ec_times(r * w % EC_N, q))
    return found is not None and found[0] % EC_N == r


def rs256_ok(e, n, message, signature):
    size = (int.from_bytes(n, "big").bit_length() + 7) // 8
    info = bytes.fromhex("3031300d060960864801650304020105000420") + sha256(message)
    wanted = b"\0\1" + b"\xff" * (size - len(info) - 3) + b"\0" + info
    opened = pow(int.from_bytes(signature, "big"), int.from_bytes(e, "big"), int.from_bytes(n, "big"))
    return len(signature) == size and opened.to_bytes(size, "big") == wanted


def base64url(text):
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    need(base64.urlsafe_b64encode(data).decode().rstrip("=") == text, "base64url is not canonical")
    return data


def check_webauthn(message, body):
    """WebAuthn level 3, 7.2, by the key in the record. Returns the key's fingerprint."""
    assertion = json.loads(body["signature"])
    need(canonical(assertion).decode() == body["signature"], "an assertion is not canonical JSON")
    word, credential, host, device, kind, key = body["keyLine"].split(" ")
    need(word == "passkey" and credential == assertion["id"], "another passkey signed")
    data, client = base64url(assertion["authenticatorData"]), base64url(assertion["clientDataJSON"])
    said = json.loads(client)
    need(said["type"] == "webauthn.get" and base64url(said["challenge"]) == sha256(message), "another challenge")
    need(not said.get("crossOrigin") and "topOrigin" not in said, "it was made inside of another page")
    need(re.fullmatch(r"https?://%s(:[0-9]+)?" % re.escape(host), said["origin"]), "it was made on another page")
    need(len(data) >= 37 and data[:32] == sha256(host.encode()), "it was made for another host")
    need(data[32] & 5 == 5, "its user was not present and verified")
    need((data[32] & 8 != 0) == (device == "multi-device"), "the passkey is of another kind")
    signed, signature = data + sha256(client), base64url(assertion["signature"])
    blob = exact_base64(key.encode())
    if kind == "ssh-ed25519":
        ok = ed25519_ok(take_strings(blob, 2)[1], signed, signature)
    elif kind == "ecdsa-sha2-nistp256":
        ok = es256_ok(take_strings(blob, 3)[2], signed, signature)
    else:
        ok = kind == "ssh-rsa" and rs256_ok(*take_strings(blob, 3)[1:], signed, signature)
    need(ok, "a passkey's signature is false")
    return "passkey:SHA256:" + base64.b64encode(sha256(blob)).decode().rstrip("=")


def take_strings(data, count, whole=True):
    out = []
    for _ in range(count):
        need(len(data) >= 4, "cut off")
        size = int.from_bytes(data[:4], "big")
        need(len(data) >= 4 + size, "cut off")
        out.append(data[4 : 4 + size])
        data = data[4 + size :]
    need(not (whole and data), "more than expected")
    return out


# C2SP tlog-tiles.
def tile_path(number):
    parts = ["%03d" % (number % 1000)]
    while number >= 1000:
        number //= 1000
        parts.insert(0, "x%03d" % (number % 1000))
    return "/".join(parts)


def tile_paths(kind, count):
    """Of `count` hashes or entries: each path, and how many it has."""
    full, rest = divmod(count, 256)
    paths = [("tile/%s/%s" % (kind, tile_path(number)), 256) for number in range(full)]
    return paths + ([("tile/%s/%s.p/%d" % (kind, tile_path(full), rest), rest)] if rest else [])


def check_tiles(folder, vkey):
    def read(path):
        try:
            with open(os.path.join(folder, path), "rb") as file:
                return file.read()
        except OSError:
            raise Refused("%s is missing" % path)

    checkpoint = open_checkpoint(read("checkpoint"), vkey)
    expected, size = {"checkpoint"}, checkpoint["size"]
    leaves = []
    for path, width in tile_paths("entries", size):
        data = read(path)
        expected.add(path)
        for _ in range(width):
            need(len(data) >= 2 and len(data) >= 2 + int.from_bytes(data[:2], "big"), "%s is cut off" % path)
            end = 2 + int.from_bytes(data[:2], "big")
            leaves.append(leaf_hash(data[2:end]))
            data = data[end:]
        need(not data, "%s has more than its entries" % path)
    need(tree_hash(leaves) == checkpoint["root"], "the entries do not have the checkpoint's root")
    level, hashes = 0, leaves
    while hashes:
        for number, (path, width) in enumerate(tile_paths(str(level), len(hashes))):
            expected.add(path)
            need(read(path) == b"".join(hashes[number * 256 : number * 256 + width]), "%s has other hashes" % path)
        hashes = [tree_hash(hashes[at : at + 256]) for at in range(0, len(hashes) - len(hashes) % 256, 256)]
        level += 1
    contents = {path.split(".p/")[0]: read(path) for path in expected}
    for where, _, names in os.walk(folder):
        for name in names:
            path = os.path.relpath(os.path.join(where, name), folder).replace(os.sep, "/")
            # A partial tile of an earlier checkpoint may stay: it is the beginning of the tile that is there now.
            whole, partial, _ = path.partition(".p/")
            is_known = path in expected or (partial and contents.get(whole, b"").startswith(read(path)))
            need(is_known, "%s is not of this log" % path)
    return "%d entries" % size


def consistency(vkey, old, new, proof):
    older, newer = open_checkpoint(old, vkey), open_checkpoint(new, vkey)
    check_consistency(older, newer, [exact_base64(line) for line in proof.split(b"\n") if line])
    return "%d of %d" % (older["size"], newer["size"])


CHECKS = {
    "checkpoint": lambda vkey, data: "%d events" % open_checkpoint(data[0], vkey)["size"],
    "receipt": lambda vkey, data: check_receipt(data[0], vkey),
    "consistency": lambda vkey, data: consistency(vkey, *data),
}


def answer(check):
    try:
        return "ok " + check()
    except Refused as why:
        return "refused: %s" % why
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as why:
        return "refused: it cannot be read (%s)" % type(why).__name__


def main(args):
    if args == ["batch"]:
        for line in sys.stdin:
            asked = json.loads(line)
            data = [base64.b64decode(one) for one in asked["data"]]
            print(answer(lambda: CHECKS[asked["do"]](asked["vkey"], data)), flush=True)
        return 0
    what, vkey, *paths = args
    if what == "tiles":
        said = answer(lambda: check_tiles(paths[0], vkey))
    else:
        data = [open(path, "rb").read() for path in paths]
        said = answer(lambda: CHECKS[what](vkey, data))
    print(said)
    return 0 if said.startswith("ok ") else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
