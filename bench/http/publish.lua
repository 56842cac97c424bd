-- One message of 1 KiB in each request.
wrk.method = "POST"
wrk.body = string.rep("x", 1024)
