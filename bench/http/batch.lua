-- 100 messages of 1 KiB in each request.
local message = '{"body":"' .. string.rep("x", 1024) .. '"}'
local messages = {}
for i = 1, 100 do messages[i] = message end
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/vnd.forewave.messages+json"
wrk.body = "[" .. table.concat(messages, ",") .. "]"
