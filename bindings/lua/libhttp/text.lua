-- SPDX-License-Identifier: MIT
--- Percent encoding, forms, credentials, URLs and media types. All of it is in `libhttp` too.
-- @module libhttp.text
local core = require "libhttp.core"
local errors = require "libhttp.error"

local text = {}
local _, PLUS = core.constant_find("LIBHTTP_PERCENT_PLUS")
local _, ALLOW_USER = core.constant_find("LIBHTTP_URL_ALLOW_USER")

local function string_of(value, what, level)
    if type(value) == "number" then
        return tostring(value)
    elseif type(value) ~= "string" then
        error(what .. ": a string is wanted, not a " .. type(value), level + 1)
    end
    return value
end

local function given(status, value)
    if status < 0 then
        return errors.give(errors.new(status))
    end
    return value
end

local function encode(value, safe, flags)
    value = string_of(value, "quote", 3)
    return given(core.percent_encode(value, safe, flags, 3 * #value + 1))
end

--- Percent-encodes a text, as urllib.parse.quote.
-- @param value
-- @param[opt="/"] safe characters to leave as they are
function text.quote(value, safe)
    return encode(value, safe or "/", 0)
end

--- The same with "+" for a blank, as in forms and queries.
function text.quote_plus(value, safe)
    return encode(value, safe, PLUS)
end

local function decode(value, flags)
    value = string_of(value, "unquote", 3)
    return given(core.percent_decode(value, flags, #value + 1))
end

--- Decodes percent encoding to bytes.
function text.unquote(value)
    return decode(value, 0)
end

--- The same, with "+" for a blank.
function text.unquote_plus(value)
    return decode(value, PLUS)
end

local function form_done(form, status)
    if status < 0 then
        errors.give(errors.new(core.form_error_code(form), core.form_error(form)))
    end
end

--- A form as application/x-www-form-urlencoded: a body, or what stands behind a target's "?".
-- @param fields names and values, a list of pairs where the order counts, or both; a value may be a
-- list of values
function text.urlencode(fields)
    if type(fields) ~= "table" then
        error("urlencode: a table is wanted, not a " .. type(fields), 2)
    end
    local form, names, count = core.form(), {}, #fields
    local function add(name, value)
        name = string_of(name, "a form's name", 3)
        for _, one in ipairs(type(value) == "table" and value or { value }) do
            one = string_of(one, "a form's value", 3)
            local plain = not one:find("\0", 1, true)
            form_done(form, (plain and core.form_add or core.form_add_data)(form, name, one))
        end
    end
    for _, pair in ipairs(fields) do
        if type(pair) ~= "table" then
            error("urlencode: ordered fields are pairs: {\"name\", \"value\"}", 2)
        end
        add(pair[1], pair[2])
    end
    for name in pairs(fields) do
        if type(name) ~= "number" or name > count then
            names[#names + 1] = name
        end
    end
    table.sort(names)
    for _, name in ipairs(names) do
        add(name, fields[name])
    end
    local encoded = core.form_text(form)
    core.form_clear(form)
    return encoded
end

--- The value of an Authorization field for the Basic scheme.
function text.basic_credentials(user, password)
    user, password = string_of(user, "user", 2), string_of(password, "password", 2)
    return given(core.basic_credentials(user, password, 2 * (#user + #password) + 16))
end

--- Splits an http or https URL; hostile ones are refused.
-- @param url
-- @param[opt] allow_user true: user and password in it are split off, else they are refused
-- @return a table of scheme, tls (boolean), host, port, target, user, password; or nil, message, code
function text.parse_url(url, allow_user)
    local split = core.url()
    local status = core.url_parse(split, string_of(url, "parse_url", 2), allow_user and ALLOW_USER or 0)
    if status < 0 then
        return errors.give(errors.new(core.url_error_code(split), core.url_error(split)))
    end
    return {
        scheme = core.url_scheme(split),
        tls = core.url_is_tls(split) == 1,
        host = core.url_host(split),
        port = core.url_port(split),
        target = core.url_target(split),
        user = core.url_user(split),
        password = core.url_password(split),
    }
end

local function media_done(media, status)
    if status < 0 then
        errors.give(errors.new(core.media_error_code(media), core.media_error(media)))
    end
end

local function parts(media)
    local found = {
        value = core.media_value(media),
        type = core.media_type(media),
        main_type = core.media_main_type(media),
        subtype = core.media_subtype(media),
        charset = core.media_charset(media),
        parameters = {},
    }
    for index = 0, core.media_parameter_count(media) - 1 do
        local name = core.media_parameter_name(media, index)
        found.parameters[index + 1] = { name, (core.media_parameter_value(media, index)) }
    end
    return found
end

--- A field's value in its parts (`attachment; filename="x"`); what can't be understood is passed over.
-- @return a table of value, type, main_type, subtype, charset, and parameters: a list of pairs
function text.parse_media(value)
    local media = core.media()
    media_done(media, core.media_parse(media, string_of(value, "parse_media", 2)))
    return parts(media)
end

-- The same for a field of a message; or only one of its parameters.
function text.media_of(headers, field, parameter)
    local media = core.media()
    media_done(media, core.media_parse_field(media, headers, field))
    if parameter then
        return core.media_parameter(media, string_of(parameter, "get_param", 3))
    end
    return parts(media)
end

return text
