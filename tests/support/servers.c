/* SPDX-License-Identifier: MIT */
/* nginx and tinyproxy: their configurations. How a process is started and ended stands in
 * process.c. */
#include "support/servers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/peer.h"
#include "support/process.h"
#include "support/sockets.h"
#include "support/tempdir.h"
#include "tap.h"

enum { PLAIN, TLS12, TLS13, PORTS };

struct server {
    struct process *process;
    char *folder;
    int ports[PORTS];
    int reserved[PORTS]; /* descriptors, while the server starts */
};

static void reserve(struct server *server, int ports)
{
    for (int i = PLAIN; i < ports; i++)
        server->reserved[i] = reserve_port(&server->ports[i]);
}

static struct server *started(struct server *server, int ports)
{
    for (int i = PLAIN; i < ports; i++) {
        if (!process_wait_port(server->process, server->ports[i]))
            bail_out("it does not start: %s", server_log(server));
        close(server->reserved[i]);
    }
    return server;
}

static struct server *server_new(const char *name)
{
    static int number;
    struct server *server = calloc(1, sizeof *server);

    if (server == NULL || asprintf(&server->folder, "%s/%s%d", tempdir(), name, ++number) < 0)
        bail_out("%s: no memory", name);
    make_folder(server->folder, "");
    return server;
}

static FILE *create(const struct server *server, const char *name)
{
    char path[200];
    FILE *out;

    snprintf(path, sizeof path, "%s/%s", server->folder, name);
    if ((out = fopen(path, "w")) == NULL)
        bail_out("cannot write %s", path);
    return out;
}

static void write_site(const struct server *server)
{
    FILE *out;
    char *block = malloc(1000000);

    make_folder(server->folder, "/site");
    make_folder(server->folder, "/site/upload");
    out = create(server, "site/index.html");
    fputs("Hello from nginx\n", out);
    fclose(out);
    out = create(server, "site/chunked");
    fputs("<!--# echo var=\"uri\" -->", out);
    for (int i = 0; i < 3000; i++)
        fprintf(out, "line %d of a chunked page\n", i);
    fclose(out);
    out = create(server, "site/big");
    for (uint64_t offset = 0; block != NULL && offset < 10000000; offset += 1000000) {
        peer_fill(block, offset, 1000000);
        fwrite(block, 1, 1000000, out);
    }
    fclose(out);
    free(block);
}

/* SSI makes /chunked chunked: its length isn't known beforehand. */
static const char locations[] =
    "    root site;\n"
    "    location = /chunked { ssi on; default_type text/html; }\n"
    "    location = /status/204 { return 204; }\n"
    "    location = /status/304 { return 304; }\n"
    "    location = /status/500 { return 500 'broken'; }\n"
    "    location = /redirect { return 302 /index.html; }\n"
    "    location = /headers { default_type text/plain; return 200 '$request_method $request_uri\\n"
    "host=$http_host\\naccept-encoding=$http_accept_encoding\\nua=$http_user_agent\\n"
    "x=$http_x_test\\nauth=$http_authorization\\nproxy=$http_proxy_authorization\\n"
    "protocol=$ssl_protocol\\nsni=$ssl_server_name\\nclient=$ssl_client_s_dn\\n"
    "reused=$ssl_session_reused\\n'; }\n"
    "    location /upload/ { dav_methods PUT DELETE; client_max_body_size 1g; }\n";

static void write_block(FILE *out, const struct nginx_options *options, int port, int index)
{
    fprintf(out, "server {\n    listen 127.0.0.1:%d%s;\n", port, index != PLAIN ? " ssl" : "");
    if (index != PLAIN)
        fprintf(
            out,
            "    ssl_protocols TLSv1.%d;\n    ssl_certificate %s;\n    ssl_certificate_key %s;\n",
            index == TLS12 ? 2 : 3, options->certificate, options->key);
    if (index != PLAIN && options->client_ca != NULL)
        fprintf(out, "    ssl_verify_client on;\n    ssl_client_certificate %s;\n",
                options->client_ca);
    fprintf(out, "%s%s\n}\n", locations, options->extra != NULL ? options->extra : "");
}

static int ports_of(const struct nginx_options *options)
{
    return options->certificate != NULL ? PORTS : PLAIN + 1;
}

static void write_nginx_conf(struct server *server, const struct nginx_options *options)
{
    static const char *const temporary[] = {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"};
    FILE *out = create(server, "nginx.conf");

    fprintf(out,
            "pid nginx.pid;\nerror_log error.log warn;\nworker_rlimit_nofile 20000;\n"
            "events { worker_connections 12000; }\n"
            "http {\naccess_log access.log;\nkeepalive_requests 100000;\nkeepalive_timeout 600;\n"
            "ssl_session_cache shared:s:1m;\n");
    for (size_t i = 0; i < sizeof temporary / sizeof temporary[0]; i++)
        fprintf(out, "%s_temp_path %s/tmp_%s;\n", temporary[i], server->folder, temporary[i]);
    for (int i = PLAIN; i < ports_of(options); i++)
        write_block(out, options, server->ports[i], i);
    fprintf(out, "}\n");
    fclose(out);
}

/*
 * (Listening sockets could be handed over in the environment, but nginx 1.22 crashes over those
 * when it has no master process.)
 */
struct server *nginx_start(const struct nginx_options *options)
{
    struct server *server = server_new("nginx");

    write_site(server);
    reserve(server, ports_of(options));
    write_nginx_conf(server, options);
    server->process = process_start(&(struct process_options){
        .argv = (const char *[]){"/usr/sbin/nginx", "-p", server->folder, "-c", "nginx.conf", "-e",
                                 "error.log", "-g", "daemon off; master_process off;", NULL},
        .folder = server->folder,
    });
    return started(server, ports_of(options));
}

int nginx_port(const struct server *server)
{
    return server->ports[PLAIN];
}

int nginx_tls12_port(const struct server *server)
{
    return server->ports[TLS12];
}

int nginx_tls13_port(const struct server *server)
{
    return server->ports[TLS13];
}

static void write_tinyproxy_conf(struct server *server, const char *user, const char *password)
{
    FILE *out = create(server, "tinyproxy.conf");

    fprintf(out,
            "Port %d\nListen 127.0.0.1\nTimeout 600\nMaxClients 200\nLogFile \"%s/error.log\"\n"
            "LogLevel Info\nPidFile \"%s/pid\"\n",
            server->ports[PLAIN], server->folder, server->folder);
    if (user != NULL)
        fprintf(out, "BasicAuth %s %s\n", user, password);
    fclose(out);
}

struct server *tinyproxy_start(const char *user, const char *password)
{
    struct server *server = server_new("tinyproxy");
    char config[200];

    snprintf(config, sizeof config, "%s/tinyproxy.conf", server->folder);
    reserve(server, PLAIN + 1);
    write_tinyproxy_conf(server, user, password);
    server->process = process_start(&(struct process_options){
        .argv = (const char *[]){"/usr/bin/tinyproxy", "-d", "-c", config, NULL},
        .folder = server->folder,
    });
    return started(server, PLAIN + 1);
}

int tinyproxy_port(const struct server *server)
{
    return server->ports[PLAIN];
}

static void append_file(FILE *out, const struct server *server, const char *name)
{
    char path[200];
    FILE *in;
    int c;

    snprintf(path, sizeof path, "%s/%s", server->folder, name);
    if ((in = fopen(path, "r")) == NULL)
        return;
    while ((c = getc(in)) != EOF)
        putc(c, out);
    fclose(in);
}

char *server_log(const struct server *server)
{
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);

    append_file(out, server, "output");
    append_file(out, server, "error.log");
    append_file(out, server, "access.log");
    fclose(out);
    return text;
}

void server_stop(struct server *server)
{
    if (server == NULL)
        return;
    process_stop(server->process);
    free(server->folder);
    free(server);
}
