"""A container registry on loopback for the tests: what the distribution specification says, and what may go wrong."""

import base64
import collections
import hashlib
import http.server
import json
import threading
import urllib.parse


class Registry:
    """Blobs and manifests in memory. Switches make it ask for a login, tell a relative place to send to, or
    misbehave."""

    def __init__(self):
        self.blobs, self.manifests = {}, {}  # "sha256:…" -> bytes; (repository, tag or digest) -> bytes
        self.users = {}                      # user -> password; who is in it may push
        self.scheme = None                   # None, "Basic" or "Bearer"
        self.identity_tokens = set()
        self.refresh = True                  # does the place for tokens know POST?
        self.realm = None                    # instead of our own
        self.token_uses = None               # requests after which a token ends
        self.storage = None                  # another Registry, which blobs are to be sent to
        self.relative = False                # Location without a host, with a query
        self.faults = collections.defaultdict(list)  # method -> statuses, one used up by each request
        self.stored_digest = None            # what it claims to have stored
        self.requests, self.lock, self.tokens = [], threading.Lock(), {}
        self.authorizations = set()          # that requests had; None: one had none
        registry = self

        class Handler(_Handler):
            pass

        Handler.registry = registry
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None
        self.host = f"127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def count(self, method):
        return sum(1 for each, _ in self.requests if each == method)

    def new_token(self):
        token = f"token-{len(self.tokens)}"
        self.tokens[token] = self.token_uses
        return token


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    registry = None

    def log_message(self, *_):
        pass

    def reply(self, status, body=b"", **headers):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for key, value in headers.items():
            self.send_header(key.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def body(self):
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    # --- who may

    def basic_user(self):
        kind, _, coded = self.headers.get("Authorization", "").partition(" ")
        if kind != "Basic":
            return None
        user, _, password = base64.b64decode(coded).decode().partition(":")
        return user if self.registry.users.get(user) == password else None

    def has_token(self):
        kind, _, token = self.headers.get("Authorization", "").partition(" ")
        with self.registry.lock:
            left = self.registry.tokens.get(token, 0)
            if kind != "Bearer" or left == 0:
                return False
            if left is not None:
                self.registry.tokens[token] = left - 1
            return True

    def is_let_in(self):
        if self.registry.scheme == "Basic":
            return self.basic_user() is not None
        return self.registry.scheme is None or self.has_token()

    def challenge(self):
        realm = self.registry.realm or f"http://{self.registry.host}/token"
        return (f'{self.registry.scheme} realm="{realm}",service="tests"' if self.registry.scheme == "Bearer"
                else 'Basic realm="tests"')

    def give_token(self, body):
        form = dict(urllib.parse.parse_qsl(body.decode()))
        if self.command == "POST" and not self.registry.refresh:
            self.reply(404)
        elif self.basic_user() or form.get("refresh_token") in self.registry.identity_tokens:
            key = "access_token" if form else "token"
            self.reply(200, json.dumps({key: self.registry.new_token()}).encode())
        else:
            self.reply(401, WWW_Authenticate='Basic realm="tokens"')

    # --- what is asked

    def answer(self):
        url = urllib.parse.urlsplit(self.path)
        body = self.body()
        with self.registry.lock:
            self.registry.requests.append((self.command, self.path))
            self.registry.authorizations.add(self.headers.get("Authorization"))
            faults = self.registry.faults[self.command]
            fault = faults.pop(0) if faults else None
        if url.path == "/token":
            self.give_token(body)
        elif fault:
            self.reply(fault)
        elif not self.is_let_in():
            self.reply(401, WWW_Authenticate=self.challenge())
        else:
            self.serve(url, body)

    do_GET = do_HEAD = do_POST = do_PUT = answer

    def serve(self, url, body):
        query = dict(urllib.parse.parse_qsl(url.query))
        repository, _, rest = url.path.removeprefix("/v2/").partition("/blobs/")
        if rest == "uploads/" and self.command == "POST":
            place = f"/v2/{repository}/blobs/uploads/1"
            host = (self.registry.storage or self.registry).host
            self.reply(202, Location=f"{place}?state=x" if self.registry.relative else f"http://{host}{place}")
        elif rest.startswith("uploads/") and self.command == "PUT":
            self.take_blob(query, body)
        elif rest:
            self.reply(200 if rest in self.registry.blobs else 404)
        else:
            self.manifest(url.path.removeprefix("/v2/"), body)

    def take_blob(self, query, body):
        digest = "sha256:" + hashlib.sha256(body).hexdigest()
        if query.get("digest") != digest or (self.registry.relative and query.get("state") != "x"):
            self.reply(400)
        else:
            self.registry.blobs[digest] = body
            self.reply(201)

    def manifest(self, path, body):
        repository, _, name = path.partition("/manifests/")
        digest = "sha256:" + hashlib.sha256(body).hexdigest()
        if self.command == "PUT":
            wanted = json.loads(body)
            if any(each["digest"] not in self.registry.blobs for each in [wanted["config"], *wanted["layers"]]):
                self.reply(400)
                return
            self.registry.manifests[repository, name] = self.registry.manifests[repository, digest] = body
            self.reply(201, Docker_Content_Digest=self.registry.stored_digest or digest)
        else:
            known = "vnd.oci.image.manifest" in self.headers.get("Accept", "")  # Distribution says 404 otherwise
            self.reply(200 if known and (repository, name) in self.registry.manifests else 404)
