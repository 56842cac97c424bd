using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Forewave.Server.Http.Requests;

namespace Forewave.Server.Http;

/// <summary>What is counted of HTTP. Thread-safe; counting costs a look-up and no allocation.</summary>
internal sealed class HttpMetrics
{
    private readonly ConcurrentDictionary<(string Operation, int Status), RequestCount> _requests = new();

    public HttpMetrics(IMeterFactory meters, BodyMemory memory)
    {
        var meter = meters.Create(new MeterOptions("Forewave.Server"));
        meter.CreateObservableCounter("forewave.http.requests", Requests, "{request}", "Requests to the HTTP API, by operation and status");
        meter.CreateObservableGauge("forewave.http.body.memory", () => memory.UsedBytes, "By", "Memory of HTTP bodies that come in");
    }

    /// <summary>A request was answered.</summary>
    public void Answered(string operation, int status) => _requests.GetOrAdd((operation, status), static _ => new RequestCount()).Add();

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

        public void Add() => Interlocked.Increment(ref _value);
    }
}
