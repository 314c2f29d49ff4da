# SPDX-License-Identifier: MIT
"""What the clients talk to: our own server and nginx, on ports that the kernel chose, pinned to one core."""
import http.client
import os
import shutil
import socket
import ssl
import subprocess
import time

CORE = str(min(os.sched_getaffinity(0)))
PINNED = ["taskset", "-c", CORE]
NGINX = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{ worker_connections 64; }}
http {{
    access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000; root {folder}/www;
    client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
    uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
    ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/key.pem; ssl_protocols TLSv1.3;
    server {{ listen 127.0.0.1:{plain}; }}
    server {{ listen 127.0.0.1:{tls} ssl; }}
}}
"""


def make_certificate(folder):
    """An authority for this run alone, that is also the servers' certificate."""
    names = [f"{folder}/{name}.pem" for name in ("cert", "key", "roots")]
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                    "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
                    "-out", names[0], "-keyout", names[1]], check=True, capture_output=True)
    with open(names[2], "w", encoding="utf-8") as roots:
        for source in ("/etc/ssl/certs/ca-certificates.crt", names[0]):
            if os.path.exists(source):
                with open(source, encoding="utf-8") as file:
                    roots.write(file.read())
    return names


def make_file(path, size):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.truncate(size)
    return path


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


class Servers:
    """URLs by the server's name: plain, tls, full, crowd, crowd-tls; nginx, nginx-tls where it is installed."""

    def __init__(self, program, folder):
        self.folder = folder
        self.certificate, key, self.roots = make_certificate(folder)
        self.process = subprocess.Popen([*PINNED, program, self.certificate, key], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True)
        self.nginx = None
        ports = self.process.stdout.readline().split()
        self.urls = {name: f"{'https' if secure else 'http'}://127.0.0.1:{port}" for name, secure, port in zip(
            ("plain", "tls", "full", "crowd", "crowd-tls"), (False, True, True, False, True), ports)}
        if path := shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin"):
            self.start_nginx(path)

    def start_nginx(self, path):
        make_file(f"{self.folder}/www/k", 1024)
        for size in (1 << 20, 16 << 20):
            make_file(f"{self.folder}/www/d/{size}", size)
        os.chmod(self.folder, 0o755)
        for _ in range(5):  # somebody may take a port before nginx does
            plain, tls = free_ports(2)
            with open(f"{self.folder}/nginx.conf", "w", encoding="utf-8") as file:
                file.write(NGINX.format(folder=self.folder, plain=plain, tls=tls))
            self.nginx = subprocess.Popen([*PINNED, path, "-e", f"{self.folder}/nginx.log", "-c", f"{self.folder}/nginx.conf"],
                                          stdin=subprocess.DEVNULL)
            if self.answers(plain):
                self.urls.update({"nginx": f"http://127.0.0.1:{plain}", "nginx-tls": f"https://127.0.0.1:{tls}"})
                return
            self.end_nginx()

    def answers(self, port):
        while self.nginx.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                return True
            except ConnectionRefusedError:
                time.sleep(0.05)
        return False

    def used(self):
        """Seconds of the processor that all of them have taken so far."""
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children", encoding="ascii") as file:
            pids = file.read().split() + ([str(self.nginx.pid)] if self.nginx else [])
        all_ = 0
        for pid in pids:
            with open(f"/proc/{pid}/schedstat", encoding="ascii") as file:
                all_ += int(file.read().split()[0])
        return all_ / 1e9

    def resumed(self):
        """How many handshakes were resumed since the last time."""
        context = ssl.create_default_context(cafile=self.certificate)
        conn = http.client.HTTPSConnection(self.urls["tls"].rpartition("/")[2], context=context)
        conn.request("GET", "/r")
        number = int(conn.getresponse().read())
        conn.close()
        return number

    def end_nginx(self):
        if self.nginx:
            self.nginx.terminate()
            self.nginx.wait()
            self.nginx = None

    def end(self):
        self.end_nginx()
        self.process.stdin.close()
        self.process.wait()
