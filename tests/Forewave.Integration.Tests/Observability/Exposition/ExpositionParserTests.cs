using Forewave.Server.Metrics;

namespace Forewave.Integration.Tests.Observability.Exposition;

/// <summary>The parser that judges the broker's page finds what is planted, and takes what is right.</summary>
public sealed class ExpositionParserTests
{
    private const string Good = """
        # HELP a_bytes_total Bytes\nof \\ all.
        # TYPE a_bytes_total counter
        a_bytes_total{x="1\"2\\3\n4",y=""} 3
        a_bytes_total 4.5e+20
        # TYPE b gauge
        b -1.5
        # HELP c_seconds Waits.
        # TYPE c_seconds histogram
        c_seconds_bucket{q="a",le="0.5"} 1
        c_seconds_bucket{q="a",le="1"} 1
        c_seconds_bucket{q="a",le="+Inf"} 3
        c_seconds_sum{q="a"} 7.25
        c_seconds_count{q="a"} 3

        """;

    private const string GoodOpenMetrics = """
        # HELP a_bytes Bytes \"of\" all.
        # TYPE a_bytes counter
        # UNIT a_bytes bytes
        a_bytes_total 3
        # TYPE c_seconds histogram
        c_seconds_bucket{le="0.5"} 1
        c_seconds_bucket{le="1.0"} 1
        c_seconds_bucket{le="+Inf"} 3
        c_seconds_sum 7.25
        c_seconds_count 3
        # EOF

        """;

    [Fact]
    public void Page_that_is_right_is_read()
    {
        var families = ExpositionParser.Parse(Lines(Good), ExpositionFormat.PrometheusText);

        Assert.Equal([("a_bytes_total", "counter"), ("b", "gauge"), ("c_seconds", "histogram")], families.Select(family => (family.Name, family.Type!)));
        Assert.Equal("Bytes\nof \\ all.", families[0].Help);
        Assert.Equal("1\"2\\3\n4", families[0].Samples[0]["x"]);
        Assert.Equal([3, 4.5e20], families[0].Samples.Select(sample => sample.Value));
        Assert.Equal(["bytes", null], ExpositionParser.Parse(Lines(GoodOpenMetrics), ExpositionFormat.OpenMetrics).Select(family => family.Unit));
    }

    [Theory]
    [InlineData("# TYPE b gauge\n", "", "no value of the counter")]
    [InlineData("# TYPE b gauge", "# TYPE b gauges", "type 'gauges'")]
    [InlineData("# TYPE b gauge", "# TYPE b gauge\n# TYPE b gauge", "second TYPE")]
    [InlineData("# TYPE b gauge", "# remark", "neither HELP")]
    [InlineData("# TYPE b gauge", "# UNIT b bytes\n# TYPE b gauge", "UNIT is of OpenMetrics")]
    [InlineData("b -1.5\n", "", "b has no values")]
    [InlineData("b -1.5", "b -1.5\nb -1.5", "twice")]
    [InlineData("b -1.5", "b{y=\"1\",x=\"2\"} 1\nb{x=\"2\",y=\"1\"} 1", "twice")]
    [InlineData("b -1.5", "b  -1.5", "value ' -1.5'")]
    [InlineData("b -1.5", "b -1.5 1700000000000", "value '-1.5 1700000000000'")]
    [InlineData("b -1.5", "b 1,5", "value '1,5'")]
    [InlineData("b -1.5", "b inf", "value 'inf'")]
    [InlineData("b -1.5", "\nb -1.5", "empty line")]
    [InlineData("b -1.5", "b -1.5\r", "carriage return")]
    [InlineData("b -1.5", "b{le=\"1\"} 1", "no value of the gauge")]
    [InlineData("b -1.5", "b{__x=\"1\"} 1", "Prometheus' own")]
    [InlineData("b -1.5", "b{x=\"1\",} 1", "NAME=")]
    [InlineData("b -1.5", "b{x=\"1\" y=\"2\"} 1", "no comma")]
    [InlineData("b -1.5", "b{x=\"1\",x=\"2\"} 1", "two labels")]
    [InlineData("b -1.5", "b{x=\"\\t\"} 1", "escape")]
    [InlineData("b -1.5", "b{x=\"1} 1", "no end")]
    [InlineData("b -1.5", "b{x.y=\"1\"} 1", "NAME=")]
    [InlineData("b -1.5", "b{x=\"1\"}1", "no space")]
    [InlineData("a_bytes_total 4.5e+20", "a_bytes_total -1", "a counter of -1")]
    [InlineData("a_bytes_total 4.5e+20", "a_bytes_total NaN", "a counter of NaN")]
    [InlineData("a_bytes_total 4.5e+20", "a_bytes 1", "no value of the counter")]
    [InlineData("of \\\\ all.", "of \\a", "escape")]
    [InlineData("c_seconds_bucket{q=\"a\",le=\"+Inf\"} 3\n", "", "+Inf")]
    [InlineData("c_seconds_bucket{q=\"a\",le=\"+Inf\"} 3", "c_seconds_bucket{q=\"a\",le=\"+Inf\"} 4", "its count is 3")]
    [InlineData("le=\"0.5\"} 1", "le=\"0.5\"} 2", "fall")]
    [InlineData("le=\"0.5\"}", "le=\"1.5\"}", "do not rise")]
    [InlineData("le=\"0.5\"} 1", "le=\"0.5\"} 0.5", "parts of values")]
    [InlineData("c_seconds_sum{q=\"a\"} 7.25\n", "", "c_seconds_sum is there 0 times")]
    [InlineData("c_seconds_count{q=\"a\"} 3\n", "", "c_seconds_count is there 0 times")]
    [InlineData("c_seconds_count{q=\"a\"} 3\n", "c_seconds_count{q=\"a\"} 3\n# TYPE b gauge\nb{x=\"1\"} 1\n", "in two places")]
    [InlineData("c_seconds_count{q=\"a\"} 3\n", "c_seconds_count{q=\"a\"} 3\n# TYPE c_seconds_sum gauge\nc_seconds_sum 1\n", "of two families")]
    [InlineData("c_seconds_count{q=\"a\"} 3\n", "c_seconds_count{q=\"a\"} 3", "line feed")]
    public void Fault_in_prometheus_text_is_found(string right, string planted, string named) =>
        AssertFound(Good, ExpositionFormat.PrometheusText, (right, planted, named));

    [Theory]
    [InlineData("# EOF\n", "", "# EOF")]
    [InlineData("# EOF\n", "# EOF\n# EOF\n", "neither HELP")]
    [InlineData("# UNIT a_bytes bytes", "# UNIT a_bytes seconds", "does not end with its unit")]
    [InlineData("# UNIT a_bytes bytes", "# UNIT a_bytes bytes\n# UNIT a_bytes bytes", "second UNIT")]
    [InlineData("a_bytes_total 3", "a_bytes 3", "no value of the counter")]
    [InlineData("a_bytes_total 3", "a_bytes_total 3\n# HELP a_bytes late", "after the values")]
    [InlineData("le=\"1.0\"", "le=\"1\"", "no number with a fraction")]
    [InlineData("\\\"of\\\"", "\"of\"", "not escaped")]
    public void Fault_in_openmetrics_is_found(string right, string planted, string named) =>
        AssertFound(GoodOpenMetrics, ExpositionFormat.OpenMetrics, (right, planted, named));

    private static void AssertFound(string page, ExpositionFormat format, (string Right, string Planted, string Named) fault)
    {
        Assert.Contains(fault.Right, Lines(page), StringComparison.Ordinal);

        var found = Assert.Throws<FormatException>(() =>
            ExpositionParser.Parse(Lines(page).Replace(fault.Right, fault.Planted, StringComparison.Ordinal), format));

        Assert.Contains(fault.Named, found.Message, StringComparison.Ordinal);
    }

    private static string Lines(string page) => page.ReplaceLineEndings("\n");
}
