-- What wrk sends, and how it tells what it measured. Arguments: a file with one request a line, as
-- METHOD<tab>PATH<tab>TOKEN<tab>HEADER: VALUE<tab>BODY, of which any but the first two may be empty.
-- Several lines are sent in turn, each thread from a place of its own; the value of the Host header;
-- and the pause between two requests of a connection in milliseconds.
local requests, position, pause = {}, 0, 0
local threads = 0

function setup(thread)
    thread:set("number", threads)
    threads = threads + 1
end

function init(arguments)
    for line in io.lines(arguments[1]) do
        local method, path, token, header, body = line:match("([^\t]*)\t([^\t]*)\t([^\t]*)\t([^\t]*)\t?(.*)")
        local headers = { ["Host"] = arguments[2] }
        if token ~= "" then headers["Authorization"] = "Bearer " .. token end
        local name, value = header:match("([^:]+): (.*)")
        if name then headers[name] = value end
        if body ~= "" then headers["Content-Type"] = "application/json" end
        requests[#requests + 1] = wrk.format(method, path, headers, body ~= "" and body or nil)
    end
    position = math.floor(number * #requests / 2)
    pause = tonumber(arguments[3])
end

function request()
    position = position % #requests + 1
    return requests[position]
end

function delay()
    return pause
end

function done(summary, latency, _)
    local wrong = summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout
    io.write(string.format(
        '\nMEASURED {"requests": %d, "microseconds": %d, "wrong": %d, "p50": %d, "p99": %d}\n',
        summary.requests, summary.duration, wrong, latency:percentile(50), latency:percentile(99)))
end
