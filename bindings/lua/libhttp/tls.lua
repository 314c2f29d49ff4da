-- SPDX-License-Identifier: MIT
--- A TLS configuration, as Python's ssl.SSLContext: whom to trust, who to be. One serves any number
-- of connections and keeps their sessions; the first that opens freezes it.
--
-- Fields (those with a setter `set_…` can be set too): ca_file, ca_directory, ca_data_count,
-- system_store, client_certificate, client_key, has_client_certificate, minimum_version,
-- maximum_version ("TLSv1.2", "TLSv1.3"), ciphers, ciphersuites, alpn, verify_peer, verify_host,
-- session_resumption, key_log_file; and last_error, to read.
-- @classmod TLSConfig
local core = require "libhttp.core"
local handle = require "libhttp.handle"

local tls = {}
local TLSConfig = handle.class("tls_config")
local methods = TLSConfig.methods
tls.class = TLSConfig
methods._describe = handle.error_of

handle.settings(TLSConfig, "ca_file ca_directory ciphers ciphersuites key_log_file",
    "a string, or nil for the default", function(value)
    if value == nil then
        return ""
    end
    return type(value) == "string" and value or nil
end, function(value)
    return value
end)
handle.settings(TLSConfig, "alpn", "a list of protocols", function(value)
    return type(value) == "table" and table.concat(value, ",") or type(value) == "string" and value or nil
end, function(value)
    return value
end)
handle.switches(TLSConfig, "system_store verify_peer verify_host session_resumption")
handle.getters(TLSConfig, "ca_data_count client_certificate client_key")
handle.flags(TLSConfig, "has_client_certificate")

local versions = { ["TLSv1.2"] = 0x0303, ["TLSv1.3"] = 0x0304 }
handle.settings(TLSConfig, "minimum_version maximum_version", '"TLSv1.2" or "TLSv1.3"',
    function(value)
    return versions[value]
end, function(number)
    for name, value in pairs(versions) do
        if value == number then
            return name
        end
    end
end)

local function bytes(value, what)
    if value ~= nil and type(value) ~= "string" then
        error(what .. ": a string is wanted, not a " .. type(value), 3)
    end
    return value
end

--- Trusts these certificates too.
-- @param data PEM or DER
function methods:add_ca_data(data)
    local h = handle.of(TLSConfig, self)
    return handle.done(self, core.tls_config_add_ca_data(h, bytes(data, "add_ca_data")))
end

--- The certificate to show to servers that ask for one.
-- @param certificate its file, PEM or DER; nil: none
-- @param[opt] key its private key's file; nil: it stands in the certificate's
-- @param[opt] passphrase of the key
function methods:set_client_certificate(certificate, key, passphrase)
    local h = handle.of(TLSConfig, self)
    return handle.done(self, core.tls_config_set_client_certificate(h,
        bytes(certificate, "certificate"), bytes(key, "key"), bytes(passphrase, "passphrase")))
end

--- The same from bytes.
function methods:set_client_certificate_data(certificate, key, passphrase)
    local h = handle.of(TLSConfig, self)
    return handle.done(self, core.tls_config_set_client_certificate_data(h,
        bytes(certificate, "certificate"), bytes(key, "key"), bytes(passphrase, "passphrase")))
end

TLSConfig.fields.last_error = function(self)
    local code = core.tls_config_error_code(self._h)
    return code ~= 0 and self:_describe(code) or nil
end

-- What options call what C calls otherwise.
local aliases = { check_hostname = "verify_host", verify = "verify_peer" }

--- The names of the options that make a configuration.
tls.options = { ca_data = true, cert_file = true, key_file = true, passphrase = true, cert_data = true,
    key_data = true, check_hostname = true, verify = true }
for name in pairs(TLSConfig.setters) do
    tls.options[name] = true
end

local function certificates(self, options)
    local data = options.ca_data
    for _, one in ipairs(type(data) == "table" and data or { data }) do
        local ok, message, code, err = self:add_ca_data(one)
        if not ok then
            return ok, message, code, err
        end
    end
    if options.cert_data then
        return self:set_client_certificate_data(options.cert_data, options.key_data, options.passphrase)
    elseif options.cert_file then
        return self:set_client_certificate(options.cert_file, options.key_file, options.passphrase)
    elseif options.key_file or options.key_data then
        error("a key without a certificate: give cert_file or cert_data too", 0)
    end
    return true
end

--- Makes a configuration.
-- @param[opt] options what is different from the defaults: ca_file, ca_directory, ca_data (PEM or
-- DER, or a list of them), system_store, cert_file with key_file and passphrase (or cert_data with
-- key_data), verify (false: anybody may pose as the server), check_hostname, minimum_version,
-- maximum_version, ciphers, ciphersuites, alpn (a list), session_resumption, key_log_file
-- @return the configuration; or nil, message, code where a file can't be read or understood
function tls.new(options)
    local self = setmetatable({ _h = core.tls_config() }, TLSConfig.metatable)
    options = options or {}
    for name, value in pairs(options) do
        if not tls.options[name] then
            error("no TLS option is called '" .. tostring(name) .. "'", 2)
        end
        local setter = TLSConfig.setters[aliases[name] or name]
        if setter then
            local ok, message, code, err = setter(self, value)
            if not ok then
                return nil, message, code, err
            end
        end
    end
    local ok, message, code, err = certificates(self, options)
    if not ok then
        return nil, message, code, err
    end
    return self
end

--- The configuration with all the defaults, one for the process; it can't be changed.
function tls.default()
    if not tls.the_default then
        tls.the_default = setmetatable({ _h = core.tls_config_default() },
            TLSConfig.metatable)
    end
    return tls.the_default
end

-- The C handle of a configuration.
function tls.handle(config)
    if type(config) ~= "table" or getmetatable(config) ~= TLSConfig.metatable then
        error("tls: a TLSConfig is wanted, not a " .. type(config), 3)
    end
    return config._h
end

return tls
