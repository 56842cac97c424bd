using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Forewave.Server.Http.Requests;
using Forewave.Server.Listeners;

namespace Forewave.Server.Http;

/// <summary>What is counted of HTTP. Thread-safe; counting costs a look-up and no allocation.</summary>
internal sealed class HttpMetrics
{
    private readonly ConcurrentDictionary<(string Operation, int Status), RequestCount> _requests = new();
    private readonly RequestCount _waiting = new();

    public HttpMetrics(IMeterFactory meters, BodyMemory memory, HttpConnectionCount connections)
    {
        var meter = meters.Create(new MeterOptions("Forewave.Server"));
        meter.CreateObservableCounter("forewave.http.requests", Requests, "{request}", "Requests to the HTTP API, by operation and status");
        meter.CreateObservableGauge("forewave.http.connections", () => connections.Open, "{connection}", "Connections to the HTTP port");
        meter.CreateObservableGauge("forewave.http.receives.waiting", () => _waiting.Value, "{request}", "Receives over HTTP that wait for a message");
        meter.CreateObservableGauge("forewave.http.body.memory", () => memory.UsedBytes, "By", "Memory of HTTP bodies that come in");
    }

    /// <summary>A request was answered.</summary>
    public void Answered(string operation, int status) => _requests.GetOrAdd((operation, status), static _ => new RequestCount()).Add(1);

    /// <summary>A receive waits, from now until its end.</summary>
    public void ReceiveWaits() => _waiting.Add(1);

    /// <summary>It does not any more.</summary>
    public void ReceiveEnds() => _waiting.Add(-1);

    private IEnumerable<Measurement<long>> Requests()
    {
        foreach (var ((operation, status), count) in _requests)
        {
            KeyValuePair<string, object?>[] tags = [new("forewave.http.operation", operation), new("http.response.status_code", status)];
            yield return new Measurement<long>(count.Value, tags);
        }
    }

    private sealed class RequestCount
    {
        private long _value;

        public long Value => Volatile.Read(ref _value);

        public void Add(int requests) => Interlocked.Add(ref _value, requests);
    }
}
