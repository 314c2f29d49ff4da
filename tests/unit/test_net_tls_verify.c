/* SPDX-License-Identifier: MIT */
/* Which certificates are accepted for which name: a certificate a line. */
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <string.h>

#include "support/tls_pair.h"
#include "tap.h"

static struct cert *ca;

/* How the handshake for `name` ends, with everything else right. */
static int32_t outcome(const struct cert *leaf, libhttp_tls_config *config, const char *name,
                       char *sentence, size_t size)
{
    struct tls_pair pair;
    int32_t status;

    tls_pair_init(&pair, leaf, &(struct tls_pair_options){.version = 0});
    status = tls_pair_open(&pair, config, name, NULL);
    snprintf(sentence, size, "%s", failure_text(&pair.net.failure));
    tls_pair_done(&pair);
    return status;
}

static void check(const struct cert_spec *spec, const char *name, bool wanted, const char *what)
{
    libhttp_tls_config *config = tls_pair_config(ca);
    char sentence[1024];
    int32_t status = outcome(cert_make(ca, spec), config, name, sentence, sizeof sentence);

    if (!is(status, wanted ? LIBHTTP_OK : LIBHTTP_E_CERTIFICATE, "%s: %s", what,
            wanted ? "accepted" : "refused"))
        diag("%s: %s", name, sentence);
    libhttp_tls_config_free(config);
}

struct name_case {
    const char *what;
    const char *name;
    bool wanted;
    struct cert_spec spec;
};

#define SAN(...)                                                                                   \
    {                                                                                              \
        .san = { __VA_ARGS__ }                                                                     \
    }
#define YES(what, name, ...)                                                                       \
    {                                                                                              \
        what, name, true, __VA_ARGS__                                                              \
    }
#define NO(what, name, ...)                                                                        \
    {                                                                                              \
        what, name, false, __VA_ARGS__                                                             \
    }

static const struct name_case cases[] = {
    YES("T-41 the very name", "a.example", SAN(SAN_DNS("a.example"))),
    YES("T-41 letters in another case", "A.eXample", SAN(SAN_DNS("a.Example"))),
    YES("T-41 the second name", "b.example", SAN(SAN_DNS("a.example"), SAN_DNS("b.example"))),
    YES("T-42 a trailing dot is dropped", "a.example.", SAN(SAN_DNS("a.example"))),
    NO("T-42 only one trailing dot", "a.example..", SAN(SAN_DNS("a.example"))),
    NO("T-40 another name", "b.example", SAN(SAN_DNS("a.example"))),
    NO("T-40 a name below", "b.a.example", SAN(SAN_DNS("a.example"))),
    NO("T-40 the name above", "example", SAN(SAN_DNS("a.example"))),
    NO("T-40 a longer name", "a.example.evil", SAN(SAN_DNS("a.example"))),
    NO("T-40 a shorter name", "a.exampl", SAN(SAN_DNS("a.example"))),
    NO("T-40 a prefix", "xa.example", SAN(SAN_DNS("a.example"))),
    NO("T-41 a dot at the end in the certificate", "a.example", SAN(SAN_DNS("a.example."))),
    NO("T-41 a dot in front in the certificate", "a.example", SAN(SAN_DNS(".example"))),
    NO("T-41 an empty name", "a.example", SAN(SAN_DNS(""))),
    NO("T-41 a blank behind it", "a.example", SAN(SAN_DNS("a.example "))),
    /* NUL inside */
    NO("T-41 NUL behind the name", "a.example", SAN(SAN_DNS("a.example\0.evil"))),
    NO("T-41 NUL at the end", "a.example", SAN(SAN_DNS("a.example\0"))),
    NO("T-41 NUL in front", "a.example", SAN(SAN_DNS("\0a.example"))),
    NO("T-41 NUL behind a wildcard", "a.b.example", SAN(SAN_DNS("*.b.example\0.evil"))),
    NO("T-41 NUL in the common name", "a.example", {.cn = "a.example\0.evil", .cn_length = 15}),
    NO("T-41 NUL in the label of a wildcard", "a.b.example", SAN(SAN_DNS("*\0.b.example"))),
    /* Wildcards */
    YES("T-41 a wildcard for one label", "a.b.example", SAN(SAN_DNS("*.b.example"))),
    YES("T-41 the same in capitals", "a.b.example", SAN(SAN_DNS("*.B.EXAMPLE"))),
    YES("T-41 a wildcard, a name in capitals and with a dot", "A.B.EXAMPLE.",
        SAN(SAN_DNS("*.b.example"))),
    NO("T-41 a dot behind a wildcard's name", "a.b.example", SAN(SAN_DNS("*.b.example."))),
    NO("T-41 a wildcard, an inner one and none", "a.b.example",
       SAN(SAN_DNS("*.*.*"), SAN_DNS("*.*"), SAN_DNS("*b.example"))),
    YES("T-41 a wildcard for an IDNA label", "xn--bcher-kva.b.example",
        SAN(SAN_DNS("*.b.example"))),
    YES("T-41 an IDNA name", "xn--bcher-kva.example", SAN(SAN_DNS("xn--bcher-kva.example"))),
    NO("T-41 a wildcard for two labels", "a.b.c.example", SAN(SAN_DNS("*.c.example"))),
    NO("T-41 a wildcard for none", "b.example", SAN(SAN_DNS("*.b.example"))),
    NO("T-41 a wildcard for an empty label", "x..b.example", SAN(SAN_DNS("*.b.example"))),
    NO("T-41 a wildcard alone", "localhost", SAN(SAN_DNS("*"))),
    NO("T-41 a wildcard alone, a name with dots", "a.example", SAN(SAN_DNS("*"))),
    NO("T-41 a wildcard for a top domain", "a.example", SAN(SAN_DNS("*.example"))),
    NO("T-41 a wildcard and a dot", "a.", SAN(SAN_DNS("*."))),
    NO("T-41 a wildcard for a top domain with a dot", "a.example", SAN(SAN_DNS("*.example."))),
    NO("T-41 a partial wildcard, left", "fa.b.example", SAN(SAN_DNS("f*.b.example"))),
    NO("T-41 a partial wildcard, right", "af.b.example", SAN(SAN_DNS("*f.b.example"))),
    NO("T-41 a partial wildcard, inside", "fao.b.example", SAN(SAN_DNS("f*o.b.example"))),
    NO("T-41 a partial wildcard, taken literally", "f*.b.example.", SAN(SAN_DNS("f*o.b.example"))),
    NO("T-41 an inner wildcard", "a.x.example", SAN(SAN_DNS("a.*.example"))),
    NO("T-41 a wildcard in the last label", "a.b.x", SAN(SAN_DNS("a.b.*"))),
    NO("T-41 several wildcards", "a.b.example", SAN(SAN_DNS("*.*.example"))),
    NO("T-41 several in a label", "ab.b.example", SAN(SAN_DNS("**.b.example"))),
    NO("T-41 a wildcard in an IDNA label", "xn--ab.b.example", SAN(SAN_DNS("xn--*.b.example"))),
    NO("T-41 the same, an inner one", "xn--ab.b.example", SAN(SAN_DNS("x*.b.example"))),
    NO("T-41 the same in capitals", "xn--ab.b.example", SAN(SAN_DNS("XN--*.b.example"))),
    NO("T-41 a wildcard for names with a dot in front", "b.example", SAN(SAN_DNS("*b.example"))),
    /* Kinds of names */
    NO("T-41 the common name beside a SAN", "cn.example",
       {.cn = "cn.example", .san = {SAN_DNS("a.example")}}),
    NO("T-41 the common name beside a SAN with an address", "cn.example",
       {.cn = "cn.example", .san = {SAN_IP("127.0.0.1")}}),
    NO("T-41 the common name beside a SAN with mail", "cn.example",
       {.cn = "cn.example", .san = {SAN_EMAIL("x@cn.example")}}),
    NO("T-41 the common name without a SAN", "cn.example", {.cn = "cn.example"}),
    NO("T-41 an address as common name", "127.0.0.1", {.cn = "127.0.0.1"}),
    NO("T-41 a URI is no host", "a.example", SAN(SAN_URI("https://a.example/"))),
    NO("T-41 a mail address is no host", "a.example", SAN(SAN_EMAIL("a.example"))),
    YES("T-41 an empty subject", "a.example", {.no_cn = true, .san = {SAN_DNS("a.example")}}),
    /* Addresses */
    YES("T-42 an IPv4 address", "127.0.0.1", SAN(SAN_IP("127.0.0.1"))),
    YES("T-42 an IPv6 address", "::1", SAN(SAN_IP("::1"))),
    YES("T-42 an IPv6 address written otherwise", "0:0:0:0:0:0:0:1", SAN(SAN_IP("::1"))),
    YES("T-42 an IPv6 address with a zone", "fe80::1%lo", SAN(SAN_IP("fe80::1"))),
    YES("T-42 an IPv4 address with a dot", "127.0.0.1.", SAN(SAN_IP("127.0.0.1"))),
    NO("T-42 another IPv4 address", "127.0.0.2", SAN(SAN_IP("127.0.0.1"))),
    NO("T-42 another IPv6 address", "::2", SAN(SAN_IP("::1"))),
    NO("T-42 an IPv4 address mapped", "::ffff:127.0.0.1", SAN(SAN_IP("127.0.0.1"))),
    NO("T-42 an address as DNS name", "127.0.0.1", SAN(SAN_DNS("127.0.0.1"))),
    NO("T-42 an IPv6 address as DNS name", "::1", SAN(SAN_DNS("::1"))),
    NO("T-41 a wildcard against an address", "127.0.0.1", SAN(SAN_DNS("*.0.0.1"))),
    NO("T-42 an address mapped in the certificate", "127.0.0.1", SAN(SAN_IP("::ffff:127.0.0.1"))),
    NO("T-42 an IPv6 address's first bytes", "32.1.13.184", SAN(SAN_IP("2001:db8::1"))),
    NO("T-41 a wildcard against hexadecimal digits", "0x7f.0.0.1", SAN(SAN_DNS("*.0.0.1"))),
    NO("T-41 a wildcard against octal digits", "0177.0.0.1", SAN(SAN_DNS("*.0.0.1"))),
    NO("T-41 a wildcard against a short address", "127.0.1", SAN(SAN_DNS("*.0.1"))),
    NO("T-41 a wildcard against a short one with a dot", "127.0.1.", SAN(SAN_DNS("*.0.1"))),
    NO("T-42 a short address", "127.1", SAN(SAN_IP("127.0.0.1"))),
    NO("T-42 an address as a number", "2130706433", SAN(SAN_IP("127.0.0.1"))),
    NO("T-42 an address's bytes as a name's", "abcd", SAN(SAN_IP_BYTES("abcd"))),
    NO("T-42 a name's bytes as an address's", "97.98.99.100", SAN(SAN_DNS("abcd"))),
    NO("T-42 an address with a mask", "127.0.0.1", SAN(SAN_IP_BYTES("\x7f\0\0\1\xff\xff\xff\xff"))),
    NO("T-42 a short address", "127.0.0.1", SAN(SAN_IP_BYTES("\x7f\0\0"))),
    /* Times */
    NO("T-40 expired", "a.example",
       {.san = {SAN_DNS("a.example")}, .from_days = -10, .until_days = -1}),
    NO("T-40 not yet valid", "a.example",
       {.san = {SAN_DNS("a.example")}, .from_days = 1, .until_days = 10}),
    /* Purposes */
    NO("T-41 for clients only", "a.example", {.san = {SAN_DNS("a.example")}, .eku = "clientAuth"}),
    NO("T-41 for mail only", "a.example",
       {.san = {SAN_DNS("a.example")}, .eku = "emailProtection"}),
    YES("T-41 without purposes", "a.example", {.san = {SAN_DNS("a.example")}, .eku = ""}),
    NO("T-41 a key that may only sign certificates", "a.example",
       {.san = {SAN_DNS("a.example")}, .key_usage = "keyCertSign"}),
    NO("T-40 a key that is too small", "a.example",
       {.san = {SAN_DNS("a.example")}, .rsa_bits = 1024}),
    NO("T-40 a digest that is broken", "a.example",
       {.san = {SAN_DNS("a.example")}, .digest = "SHA1"}),
};

static void test_chains(void)
{
    struct cert_spec spec = SAN(SAN_DNS("a.example"));
    struct cert *other = cert_make_ca("other authority");
    struct cert *middle = cert_make(ca, &(struct cert_spec){.cn = "middle", .ca = true});
    struct cert *old = cert_make(
        ca, &(struct cert_spec){.cn = "old", .ca = true, .from_days = -10, .until_days = -1});
    struct cert *not_ca = cert_make(ca, &spec);
    struct cert *bounded = cert_make(
        ca, &(struct cert_spec){
                .cn = "bounded", .ca = true, .constraints = "critical,permitted;DNS:b.example"});
    struct {
        const char *what;
        struct cert *leaf;
        bool wanted;
    } chains[] = {
        {"T-40 an authority that nobody trusts", cert_make(other, &spec), false},
        {"T-40 signed by itself", cert_make(NULL, &spec), false},
        {"T-40 through an intermediate authority", cert_make(middle, &spec), true},
        {"T-40 through an expired one", cert_make(old, &spec), false},
        {"T-41 signed by a server's certificate", cert_make(not_ca, &spec), false},
        {"T-41 outside its authority's names", cert_make(bounded, &spec), false},
    };

    for (size_t i = 0; i < sizeof chains / sizeof chains[0]; i++) {
        libhttp_tls_config *config = tls_pair_config(ca);
        char sentence[1024];
        int32_t status = outcome(chains[i].leaf, config, "a.example", sentence, sizeof sentence);

        if (!is(status, chains[i].wanted ? LIBHTTP_OK : LIBHTTP_E_CERTIFICATE, "%s: %s",
                chains[i].what, chains[i].wanted ? "accepted" : "refused"))
            diag("%s", sentence);
        libhttp_tls_config_free(config);
    }
}

/* Both checks, for a certificate that fails either, both or none of them (T-43). */
static void test_switches(void)
{
    struct cert_spec good = SAN(SAN_DNS("a.example"));
    struct cert_spec wrong = SAN(SAN_DNS("b.example"));
    struct cert *other = cert_make_ca("other authority");
    struct cert *certs[] = {cert_make(ca, &good), cert_make(ca, &wrong), cert_make(other, &good),
                            cert_make(other, &wrong)};
    char sentence[1024];

    for (int i = 0; i < 16; i++) {
        bool peer = i & 4, host = i & 8;
        bool bad_peer = i & 2, bad_host = i & 1;
        libhttp_tls_config *config = tls_pair_config(ca);

        libhttp_tls_config_set_verify_peer(config, peer);
        libhttp_tls_config_set_verify_host(config, host);
        is(outcome(certs[i & 3], config, "a.example", sentence, sizeof sentence),
           (peer && bad_peer) || (host && bad_host) ? LIBHTTP_E_CERTIFICATE : LIBHTTP_OK,
           "T-43 peer check %s, host check %s, %s peer, %s host", peer ? "on" : "off",
           host ? "on" : "off", bad_peer ? "bad" : "good", bad_host ? "bad" : "good");
        libhttp_tls_config_free(config);
    }
}

static void test_sentences(void)
{
    libhttp_tls_config *config = tls_pair_config(ca);
    struct cert *leaf = cert_make(ca, &(struct cert_spec)SAN(SAN_DNS("b.example"), SAN_IP("::1"),
                                                             SAN_DNS("c\nd"), SAN_DNS("e")));
    struct tls_pair pair;

    tls_pair_init(&pair, leaf, &(struct tls_pair_options){.version = 0});
    is(tls_pair_open(&pair, config, "a.example", NULL), LIBHTTP_E_CERTIFICATE, "T-40 wrong name");
    is_str(failure_text(&pair.net.failure),
           "certificate of 'a.example' was not accepted: hostname mismatch (62); it is for "
           "'b.example', 0000:0000:0000:0000:0000:0000:0000:0001, 'c\\x0ad', ...",
           "T-40 the sentence says what it is for");
    is(ERR_GET_REASON((unsigned long)pair.net.failure.tls_reason), SSL_R_CERTIFICATE_VERIFY_FAILED,
       "T-40 OpenSSL's reason");
    is(transport_advance(pair.tls, 1, &pair.net.failure), LIBHTTP_E_TLS,
       "T-40 once refused there is no other try");
    tls_pair_done(&pair);
    libhttp_tls_config_free(config);
}

/* What is said of the certificate that was refused. */
static void sentence_of(struct cert *leaf, const struct cert *trusted, char *sentence, size_t size)
{
    libhttp_tls_config *config = tls_pair_config(trusted);

    is(outcome(leaf, config, "a.example", sentence, size), LIBHTTP_E_CERTIFICATE, "T-40 refused");
    libhttp_tls_config_free(config);
}

static void test_names_told(void)
{
    struct cert *alone = cert_make(NULL, &(struct cert_spec)SAN(SAN_DNS("alone")));
    char sentence[1024];

    sentence_of(cert_make(ca, &(struct cert_spec)SAN(SAN_IP("1.2.3.4"))), ca, sentence,
                sizeof sentence);
    contains(sentence, "it is for 1.2.3.4", "T-42 the address that it is for");
    sentence_of(cert_make(ca, &(struct cert_spec)SAN(SAN_IP_BYTES("12345678"), SAN_DNS("b"))), ca,
                sentence, sizeof sentence);
    contains(sentence, "it is for 3132:3334:3536:3738, 'b'", "T-42 a short one as it is");
    sentence_of(cert_make(ca, &(struct cert_spec)SAN(SAN_IP_BYTES("1234567812345678x"))), ca,
                sentence, sizeof sentence);
    is_str(strstr(sentence, "it is for") ? strstr(sentence, "it is for") : sentence,
           "it is for 3132:3334:3536:3738:3132:3334:3536:3738", "T-42 no more than an address has");
    sentence_of(cert_make(ca, &(struct cert_spec)SAN(SAN_EMAIL("a@b"))), ca, sentence,
                sizeof sentence);
    contains(sentence, "it is for no host", "T-41 or that it is for none");
    sentence_of(cert_make(ca, &(struct cert_spec){.cn = "a.example"}), ca, sentence,
                sizeof sentence);
    contains(sentence, "it is for no host (no subjectAltName names one)",
             "T-41 a common name doesn't count, and the sentence says why");
    sentence_of(alone, alone, sentence, sizeof sentence);
    contains(sentence, "it is for 'alone'", "T-40 one that is trusted by itself");
    sentence_of(alone, ca, sentence, sizeof sentence);
    ok(!strstr(sentence, "it is for"), "T-40 nothing of that where the name isn't the reason");
}

/* A cipher without certificates must not get round the check. */
static void test_anonymous(void)
{
    struct cert *leaf = cert_make(ca, &(struct cert_spec)SAN(SAN_DNS("a.example")));
    libhttp_tls_config *config = tls_pair_config(ca);
    struct tls_pair pair;

    is(libhttp_tls_config_set_ciphers(config, "aNULL@SECLEVEL=0", -1), LIBHTTP_OK, "aNULL is set");
    tls_pair_init(
        &pair, leaf,
        &(struct tls_pair_options){.version = TLS1_2_VERSION, .ciphers = "aNULL@SECLEVEL=0"});
    is(tls_pair_open(&pair, config, "a.example", NULL), LIBHTTP_E_CERTIFICATE,
       "T-40 a server without a certificate is refused");
    contains(failure_text(&pair.net.failure), "no certificate", "T-40 and the sentence says so");
    tls_pair_done(&pair);
    libhttp_tls_config_free(config);
}

/* The names that we ask for. */
static void test_asked_names(void)
{
    static const struct {
        const char *name, *sni;
        int32_t status;
    } names[] = {
        {"a.example", "a.example", LIBHTTP_OK}, {"a.example.", "a.example", LIBHTTP_OK},
        {"127.0.0.1", NULL, LIBHTTP_OK},        {"::1", NULL, LIBHTTP_OK},
        {"::1%lo", NULL, LIBHTTP_OK},           {"", NULL, LIBHTTP_E_INVALID_URL},
        {".", NULL, LIBHTTP_E_INVALID_URL},     {".example", NULL, LIBHTTP_E_INVALID_URL},
        {"127.0.0.1.", NULL, LIBHTTP_OK},
    };
    struct cert *leaf = cert_make(
        ca, &(struct cert_spec)SAN(SAN_DNS("a.example"), SAN_IP("127.0.0.1"), SAN_IP("::1")));

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        libhttp_tls_config *config = tls_pair_config(ca);
        struct tls_pair pair;

        tls_pair_init(&pair, leaf, &(struct tls_pair_options){.version = 0});
        is(tls_pair_open(&pair, config, names[i].name, NULL), names[i].status, "T-42 the name '%s'",
           names[i].name);
        is_str(SSL_get_servername(pair.server, TLSEXT_NAMETYPE_host_name), names[i].sni,
               "T-42 C-12 its SNI");
        tls_pair_done(&pair);
        libhttp_tls_config_free(config);
    }
}

int main(void)
{
    ca = cert_make_ca("test authority");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check(&cases[i].spec, cases[i].name, cases[i].wanted, cases[i].what);
    diag("%zu certificates", sizeof cases / sizeof cases[0]);
    test_chains();
    test_switches();
    test_sentences();
    test_names_told();
    test_anonymous();
    test_asked_names();
    return done_testing();
}
