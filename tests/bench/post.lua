-- wrk: POSTs as dialerd makes them, each of an attempt of its own. KEY comes from the environment.
local body = '{"from_number":"07011112222","to_number":"010%08d","agent":{"agent_id":"2b0c7b1e-5d3f-4e0a-9c53-6f1f6a7a9f10"},' ..
  '"dynamic_variables":{"customer_name":"Person %d","city":"Busan"},' ..
  '"metadata":{"attempt_id":"019c1c6f-%04x-7%03x-8%03x-%012x"}}'
local n = 0

function init()
  math.randomseed(os.time())
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
  wrk.headers["Accept"] = "application/json"
  wrk.headers["User-Agent"] = "dialerd/0.1"
  wrk.headers["Authorization"] = "Bearer " .. os.getenv("KEY")
end

function request()
  n = n + 1
  return wrk.format(nil, nil, nil, string.format(body, n % 100000000, n, math.random(0, 65535), math.random(0, 4095),
    math.random(0, 4095), n))
end
