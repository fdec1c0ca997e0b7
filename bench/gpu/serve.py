#!/usr/bin/env python3
"""Serves the built benchmark page and the weights, and takes the page's results by POST. Standard library only.

usage: serve.py --site DIR --models DIR --out RESULTS.jsonl [--port 8000] [-- BROWSER COMMAND ...]

With a browser command the page's address is added to it, the browser is started, and both end when the page says it
is done. Without one the address is printed and the server runs until it is interrupted.
"""
import argparse
import http.server
import json
import pathlib
import platform
import subprocess
import sys
import threading
import time
import urllib.parse

TYPES = {'.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.mjs': 'text/javascript',
         '.json': 'application/json', '.wasm': 'application/wasm'}
PAGE = 'bench/page/index.html?auto=../../plan.json'


def resolve(options, path):
    """The file behind a URL path, or None; never one outside the two folders."""
    path = urllib.parse.unquote(urllib.parse.urlsplit(path).path).lstrip('/')
    base = options.site
    if path.startswith('models/'):
        base, path = options.models, path[len('models/'):]
    file = (base / path).resolve()
    return file if file.is_file() and base in file.parents else None


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def do_GET(self):
        file = resolve(self.server.options, self.path)
        if file is None:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header('Content-Type', TYPES.get(file.suffix, 'application/octet-stream'))
        self.send_header('Content-Length', str(file.stat().st_size))
        # The page and its plan change between runs with one browser profile; weights and scripts do not.
        fresh = file.suffix == '.html' or file.name == 'plan.json'
        self.send_header('Cache-Control', 'no-store' if fresh else 'max-age=3600')
        self.send_header('Cross-Origin-Opener-Policy', 'same-origin')
        self.send_header('Cross-Origin-Embedder-Policy', 'require-corp')
        self.end_headers()
        with open(file, 'rb') as source:
            while chunk := source.read(1 << 20):
                self.wfile.write(chunk)

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get('Content-Length', 0)))
        self.send_response(204)
        self.send_header('Content-Length', '0')
        self.end_headers()
        self.server.take(json.loads(body))

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, options):
        super().__init__(('127.0.0.1', options.port), Handler)
        self.options = options
        self.ended = threading.Event()
        self.take({'type': 'machine', 'machine': describe_machine()})

    def take(self, record):
        record['time'] = time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())
        with open(self.options.out, 'a') as out:
            out.write(json.dumps(record) + '\n')
        print(summary(record), flush=True)
        if record['type'] == 'end':
            self.ended.set()


def summary(record):
    if record['type'] == 'measurement':
        run = record['measurement']
        rate = run['numPrompts'] * 60000 / run['elapsedMs']
        return f"{run['contender']} ({run['slots']} slots): {run['elapsedMs'] / 1000:.1f} s, {rate:.1f} documents/min"
    return json.dumps({key: value for key, value in record.items() if key != 'options'})[:600]


def describe_machine():
    cpu = 'unknown'
    try:
        for line in open('/proc/cpuinfo'):
            if line.startswith('model name'):
                cpu = line.split(':', 1)[1].strip()
                break
    except OSError:
        pass
    gpu = None
    try:
        query = ['nvidia-smi', '--query-gpu=name,driver_version,memory.total', '--format=csv,noheader']
        gpu = subprocess.run(query, capture_output=True, text=True, timeout=30).stdout.strip() or None
    except (OSError, subprocess.TimeoutExpired):
        pass
    return {'cpu': cpu, 'os': f'{platform.system()} {platform.release()} {platform.machine()}', 'gpu': gpu}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--site', type=pathlib.Path, required=True)
    parser.add_argument('--models', type=pathlib.Path, required=True)
    parser.add_argument('--out', type=pathlib.Path, required=True)
    parser.add_argument('--port', type=int, default=8000)
    parser.add_argument('--timeout', type=float, default=3600, help='seconds until the browser is stopped')
    parser.add_argument('browser', nargs='*')
    options = parser.parse_args()
    options.site, options.models = options.site.resolve(), options.models.resolve()
    server = Server(options)
    address = f'http://127.0.0.1:{options.port}/{PAGE}'
    if not options.browser:
        print(address, flush=True)
        server.serve_forever()
        return 0
    threading.Thread(target=server.serve_forever, daemon=True).start()
    browser = subprocess.Popen([*options.browser, address])
    deadline = time.monotonic() + options.timeout
    while not server.ended.wait(1):
        if browser.poll() is not None or time.monotonic() > deadline:
            print('the browser ended, or took too long', file=sys.stderr)
            break
    if browser.poll() is None:
        browser.terminate()
        browser.wait(30)
    return 0 if server.ended.is_set() else 1


if __name__ == '__main__':
    sys.exit(main())
