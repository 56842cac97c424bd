using System.Net.Http.Headers;
using Forewave.Client;
using Forewave.Integration.Tests.Http;
using Forewave.Integration.Tests.Observability.Exposition;
using Forewave.Integration.Tests.Processes;
using Forewave.Protocol;
using Forewave.Server;
using Forewave.Server.Metrics;
using Forewave.Testing;

namespace Forewave.Integration.Tests.Observability;

/// <summary>What collectors get at <c>/metrics</c>, as a strict reader sees it.</summary>
[Trait("Suite", "scenario")]
public sealed class MetricsEndpointTests(HttpBroker http) : IClassFixture<HttpBroker>
{
    // Of Prometheus 3, with protocols that this broker does not speak.
    private const string Prometheus =
        "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,"
        + "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,"
        + "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1";

    [Theory]
    [InlineData(null, ExpositionFormat.PrometheusText)]
    [InlineData("*/*", ExpositionFormat.PrometheusText)]
    [InlineData("text/html,application/xml;q=0.9,*/*;q=0.8", ExpositionFormat.PrometheusText)]
    [InlineData("application/openmetrics-text", ExpositionFormat.OpenMetrics)]
    [InlineData("application/openmetrics-text; version=1.0.0; charset=utf-8", ExpositionFormat.OpenMetrics)]
    [InlineData("application/openmetrics-text; version=0.0.1", ExpositionFormat.PrometheusText)]
    [InlineData("application/openmetrics-text;q=0.1, text/plain;q=0.2", ExpositionFormat.PrometheusText)]
    [InlineData("application/openmetrics-text;q=0", ExpositionFormat.PrometheusText)]
    [InlineData("application/json", ExpositionFormat.PrometheusText)]
    [InlineData("a/b/c", ExpositionFormat.PrometheusText)]
    [InlineData(Prometheus, ExpositionFormat.OpenMetrics)]
    public void Format_is_the_one_that_the_collector_likes_best(string? accept, object format) =>
        Assert.Equal(format, ExpositionChoice.Of(accept));

    [Theory]
    [InlineData("text/plain", ExpositionFormat.PrometheusText, "text/plain; version=0.0.4; charset=utf-8")]
    [InlineData(Prometheus, ExpositionFormat.OpenMetrics, "application/openmetrics-text; version=1.0.0; charset=utf-8")]
    public async Task Page_of_a_broker_that_works_is_right(string accept, object format, string type)
    {
        await http.AssertServesAsync();
        await http.AskAsync("GET", "/v1/queues/none.such");
        using HttpRequestMessage request = new(HttpMethod.Get, "/metrics");
        request.Headers.TryAddWithoutValidation("Accept", accept);

        using var response = await http.Client.SendAsync(request);
        string page = await response.Content.ReadAsStringAsync();

        var families = ExpositionParser.Parse(page, (ExpositionFormat)format);
        Assert.Equal(MediaTypeHeaderValue.Parse(type), response.Content.Headers.ContentType);
        Assert.Contains(families, family => family.Name.StartsWith("forewave_publish_messages", StringComparison.Ordinal) && family.Samples[0].Value >= 1);
        Assert.Contains(families, family => family is { Name: "forewave_publish_duration_seconds", Type: "histogram" } && family.Samples.Count > 3);
        Assert.Contains(families, family => family.Samples.Any(sample => sample["forewave_http_operation"] == "publish"));
        Assert.All(families, family => Assert.NotNull(family.Help));
        Assert.True((ExpositionFormat)format == ExpositionFormat.PrometheusText || families.Count(family => family.Unit is not null) > 10, "families have units");
    }

    [Fact]
    public async Task Receive_that_waits_is_counted_until_it_has_a_message()
    {
        var waiting = http.AskAsync("POST", "/v1/queues/awaited/groups/g/receive?wait=60s");
        while (await ValueAsync("forewave_http_receives_waiting") < 1)
            await Task.Yield();
        double connections = await ValueAsync("forewave_http_connections");
        await http.AskAsync("POST", "/v1/queues/awaited/messages", "m");
        await waiting;
        while (await ValueAsync("forewave_http_receives_waiting") > 0)
            await Task.Yield();

        Assert.True(connections >= 2, $"{connections} connections");
    }

    private async Task<double> ValueAsync(string name)
    {
        var families = ExpositionParser.Parse(await http.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative)), ExpositionFormat.PrometheusText);
        return families.Single(family => family.Name == name).Samples.Single().Value;
    }

    [Fact]
    public async Task Metrics_that_are_switched_off_are_not_there()
    {
        using TemporaryFolder folder = new();
        await using ForewaveBroker broker = new(new ForewaveBrokerOptions { DataFolder = folder["data"], Http = "127.0.0.1:0", MinFreeBytes = 0, Metrics = false });
        await broker.StartAsync();
        using HttpClient client = new() { BaseAddress = new Uri($"http://{broker.HttpAddress}") };

        using var response = await client.GetAsync(new Uri("/metrics", UriKind.Relative));

        Assert.Equal((404, "metrics are switched off\n"), ((int)response.StatusCode, await response.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task Queues_beyond_those_with_series_of_their_own_are_counted_together()
    {
        using TemporaryFolder folder = new();
        TestClock clock = new();
        await using ForewaveBroker broker = new(new ForewaveBrokerOptions
        {
            DataFolder = folder["data"], Http = "127.0.0.1:0", MinFreeBytes = 0, QueueMetrics = 2, GroupMetrics = 0, TimeProvider = clock,
        });
        await broker.StartAsync();
        await using ForewaveClient client = new(new ForewaveClientOptions { Connector = broker.ConnectAsync });
        await using var producer = client.CreateProducer();
        for (int queue = 0; queue < 5; queue++)
        {
            for (int i = 0; i <= queue; i++)
                await producer.PublishAsync(new QueueName($"q{queue}"), new Message("body"u8.ToArray()) { Priority = i % 2 == 0 ? 4 : 9 });
        }

        var counted = await QueuesAsync(broker, clock, sum: 15);
        await client.Administration.DeleteQueueAsync(new QueueName("q4"));
        await producer.PublishAsync(new QueueName("q2"), "one more"u8.ToArray());
        var later = await QueuesAsync(broker, clock, sum: 16);

        Assert.Equal([("", 12d), ("q0", 1d), ("q1", 2d)], counted["messaging_forewave_queue_published_total"]);
        Assert.Equal([("", 12d), ("q0", 1d), ("q1", 2d)], counted["messaging_forewave_queue_messages"]);
        Assert.All(counted["messaging_forewave_queue_size_bytes"], one => Assert.True(one.Value >= 4, $"{one}"));
        Assert.Equal([("", 13d), ("q0", 1d), ("q1", 2d)], later["messaging_forewave_queue_published_total"]);
        Assert.Equal([("", 8d), ("q0", 1d), ("q1", 2d)], later["messaging_forewave_queue_messages"]);
    }

    // Counted when the clock says so: until it was, the page has what was counted before.
    private static async Task<Dictionary<string, (string Queue, double Value)[]>> QueuesAsync(ForewaveBroker broker, TestClock clock, double sum)
    {
        using HttpClient client = new() { BaseAddress = new Uri($"http://{broker.HttpAddress}") };
        while (true)
        {
            clock.Advance(TimeSpan.FromSeconds(5));
            var families = ExpositionParser.Parse(await client.GetStringAsync(new Uri("/metrics", UriKind.Relative)), ExpositionFormat.PrometheusText);
            var found = families.Where(family => family.Name.StartsWith("messaging_forewave_queue_", StringComparison.Ordinal)).ToDictionary(
                family => family.Name,
                family => family.Samples.Select(sample => (sample["messaging_destination_name"]!, sample.Value)).OrderBy(one => one.Item1, StringComparer.Ordinal).ToArray());
            if (found.TryGetValue("messaging_forewave_queue_published_total", out var published) && published.Sum(one => one.Item2) >= sum)
                return found;
        }
    }
}
