using System.Diagnostics.Metrics;
using System.Text;
using Forewave.Server.Metrics;

namespace Forewave.Integration.Tests.Units;

public sealed class MetricTests
{
    [Fact]
    public void Collector_writes_counters_gauges_and_histograms_in_the_text_format()
    {
        using BrokerMeters meters = new();
        using MetricCollector collector = new(meters);
        var meter = meters.Create(new MeterOptions("Forewave.Test"));
        meter.CreateCounter<long>("forewave.sent.size", "By", "Bytes\nsent.").Add(3, new KeyValuePair<string, object?>("error.type", "a\"b\\c\nd"));
        meter.CreateObservableGauge("forewave.age", () => 1.5, "s");
        var histogram = meter.CreateHistogram(
            "forewave.wait", "ms", "Waits.", tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [1, 10] });
        histogram.Record(1);
        histogram.Record(7);
        histogram.Record(70);

        PrometheusWriter writer = new();
        collector.WriteTo(writer);

        Assert.Equal(
            """
            # TYPE forewave_age_seconds gauge
            forewave_age_seconds 1.5
            # HELP forewave_sent_size_bytes_total Bytes\nsent.
            # TYPE forewave_sent_size_bytes_total counter
            forewave_sent_size_bytes_total{error_type="a\"b\\c\nd"} 3
            # HELP forewave_wait_milliseconds Waits.
            # TYPE forewave_wait_milliseconds histogram
            forewave_wait_milliseconds_bucket{le="1"} 1
            forewave_wait_milliseconds_bucket{le="10"} 2
            forewave_wait_milliseconds_bucket{le="+Inf"} 3
            forewave_wait_milliseconds_sum 78
            forewave_wait_milliseconds_count 3

            """.ReplaceLineEndings("\n"),
            Encoding.UTF8.GetString(writer.Written.Span));
    }

    [Fact]
    public void Collector_leaves_the_meters_of_another_broker_alone()
    {
        using BrokerMeters meters = new(), others = new();
        using MetricCollector collector = new(meters);
        others.Create(new MeterOptions("Forewave.Test")).CreateCounter<long>("forewave.sent").Add(1);

        PrometheusWriter writer = new();
        collector.WriteTo(writer);

        Assert.True(writer.Written.IsEmpty);
    }
}
