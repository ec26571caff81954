-- The fast blob service: what is put is counted and dropped, what is fetched is a file.
--   data    one large blob and a tree of small ones, from files; deleting them is only counted
--   lst     a long listing, ready-made page by page
--   others  know the sizes of what was put into them
-- It proves speed, not correctness: it checks no signature and keeps no content.
local known = require "blobs"
local state = ngx.shared.state
local out = ngx.header
local method = ngx.req.get_method()
local args = ngx.req.get_uri_args()
local path = ngx.var.uri
local container, name = path:match("^/[^/]+/([^/]+)/?(.*)$")
local ETAG, MODIFIED = '"0x8DC000000000001"', known.modified

out["x-ms-request-id"] = ngx.var.request_id
out["x-ms-version"] = "2023-11-03"

local function finish(status)
    ngx.status = status
    if method ~= "HEAD" then out["Content-Length"] = 0 end
    return ngx.exit(status)
end

local function refuse(status, code)
    ngx.status = status
    out["x-ms-error-code"] = code
    out["Content-Type"] = "application/xml"
    if method ~= "HEAD" then
        ngx.print('<?xml version="1.0" encoding="utf-8"?><Error><Code>', code,
                  "</Code><Message>", code, "</Message></Error>")
    end
    return ngx.exit(ngx.HTTP_OK)
end

local function text(value) return type(value) == "string" and value or "" end

local function keep(size)
    local before = state:get(path)
    state:set(path, size)
    -- A list of blocks has its own Content-MD5, a whole blob the blob's.
    local md5 = ngx.var.http_x_ms_blob_content_md5
    if not md5 and not args.comp then md5 = ngx.var.http_content_md5 end
    state:set("md5 " .. path, md5)
    if not before then state:incr("count " .. container, 1, 0) end
    state:incr("bytes " .. container, size - (before or 0), 0)
    out["ETag"], out["Last-Modified"] = ETAG, MODIFIED
    out["x-ms-request-server-encrypted"] = "true"
    return finish(201)
end

local function put()
    ngx.req.read_body()
    if args.restype == "container" then
        out["ETag"], out["Last-Modified"] = ETAG, MODIFIED
        return finish(201)
    end
    local size = tonumber(ngx.var.http_content_length) or 0
    if args.comp == "block" then
        state:set(path .. "#" .. text(args.blockid), size)
        out["x-ms-content-crc64"] = ngx.var.http_x_ms_content_crc64
        out["x-ms-request-server-encrypted"] = "true"
        return finish(201)
    end
    if ngx.var.http_if_none_match == "*" and state:get(path) then
        return refuse(409, "BlobAlreadyExists")
    end
    if args.comp == "blocklist" then
        local total = 0
        for id in (ngx.req.get_body_data() or ""):gmatch("<[LU][a-z]+>([^<]+)</") do
            local block = state:get(path .. "#" .. id)
            if not block then return refuse(400, "InvalidBlockList") end
            total = total + block
        end
        return keep(total)
    end
    if args.comp then return finish(200) end
    return keep(size)
end

local function gone(which)
    if state:add("gone " .. which, true) then state:incr("gone", 1, 0) end
end

local function batch()
    ngx.req.read_body()
    local parts = {}
    for target in (ngx.req.get_body_data() or ""):gmatch("DELETE ([^ ?]+)[^ ]* HTTP/1.1") do
        gone(ngx.unescape_uri(target):match("[^/]+/small/.*") or target)
        parts[#parts + 1] = "--answers\r\nContent-Type: application/http\r\nContent-ID: "
            .. #parts .. "\r\n\r\nHTTP/1.1 202 Accepted\r\nx-ms-delete-type-permanent: true\r\n"
            .. "x-ms-version: 2023-11-03\r\n\r\n"
    end
    parts[#parts + 1] = "--answers--\r\n"
    local body = table.concat(parts)
    ngx.status = 202
    out["Content-Type"] = "multipart/mixed; boundary=answers"
    out["Content-Length"] = #body
    ngx.print(body)
end

-- A listing of `data`, made for the question: prefix, delimiter, size and start of the page.
local function list()
    local prefix, delimiter = text(args.prefix), text(args.delimiter)
    local most, start = tonumber(text(args.maxresults)) or 5000, tonumber(text(args.marker)) or 1
    local entries, last, more = {}, nil, ""
    for number = start, #known.blobs do
        local blob = known.blobs[number]
        if blob[1]:sub(1, #prefix) == prefix then
            if #entries == most then
                more = number
                break
            end
            local cut = delimiter ~= "" and blob[1]:find(delimiter, #prefix + 1, true)
            if not cut then
                entries[#entries + 1] = blob[2]
            elseif blob[1]:sub(1, cut) ~= last then
                last = blob[1]:sub(1, cut)
                entries[#entries + 1] = "<BlobPrefix><Name>" .. last .. "</Name></BlobPrefix>"
            end
        end
    end
    local body = known.head .. table.concat(entries) .. "</Blobs><NextMarker>" .. more
        .. "</NextMarker></EnumerationResults>"
    out["Content-Type"] = "application/xml"
    out["Content-Length"] = #body
    ngx.print(body)
end

local function fetch()
    if args.comp == "blocklist" then
        out["Content-Type"] = "application/xml"
        ngx.print('<?xml version="1.0" encoding="utf-8"?><BlockList><CommittedBlocks />',
                  "<UncommittedBlocks /></BlockList>")
        return
    end
    if container == "data" then
        local md5 = known.md5[name]
        if md5 == nil then return refuse(404, "BlobNotFound") end
        local range = ngx.var.http_x_ms_range
        if range then ngx.req.set_header("Range", range) end
        if md5 ~= "" then
            out["x-ms-blob-content-md5"] = md5
            if not (range or ngx.var.http_range) then out["Content-MD5"] = md5 end
        end
        return ngx.exec("/files/" .. name)
    end
    local size = state:get(path)
    if not size then return refuse(404, "BlobNotFound") end
    out["Content-Length"], out["ETag"], out["Last-Modified"] = size, ETAG, MODIFIED
    out["x-ms-blob-type"], out["x-ms-creation-time"] = "BlockBlob", MODIFIED
    out["Content-Type"], out["Accept-Ranges"] = "application/octet-stream", "bytes"
    out["Content-MD5"] = state:get("md5 " .. path)
    return finish(200)
end

if args.comp == "properties" then
    out["x-ms-sku-name"], out["x-ms-account-kind"] = "Standard_LRS", "StorageV2"
    out["x-ms-is-hns-enabled"] = "false"
    return finish(200)
elseif container == nil then
    return refuse(404, "ResourceNotFound")
elseif method == "PUT" then
    return put()
elseif method == "DELETE" then
    gone((container .. "/" .. name):match("[^/]+/small/.*") or name)
    out["x-ms-delete-type-permanent"] = "true"
    return finish(202)
elseif method == "POST" and args.comp == "batch" then
    return batch()
elseif args.comp == "list" then
    if container == "lst" then
        return ngx.exec("/pages/" .. (text(args.marker) ~= "" and args.marker or "0") .. ".xml")
    end
    if container == "data" then return list() end
    out["Content-Type"] = "application/xml"
    ngx.print(known.head, "</Blobs><NextMarker /></EnumerationResults>")
elseif args.restype == "container" then
    out["ETag"], out["Last-Modified"] = ETAG, MODIFIED
    out["x-ms-lease-status"], out["x-ms-lease-state"] = "unlocked", "available"
    out["x-ms-has-immutability-policy"], out["x-ms-has-legal-hold"] = "false", "false"
    return finish(200)
else
    return fetch()
end
