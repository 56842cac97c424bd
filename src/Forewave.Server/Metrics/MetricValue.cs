namespace Forewave.Server.Metrics;

/// <summary>One value, or one distribution, of a metric. Guarded by its owner's lock.</summary>
internal sealed class MetricValue(double[] bounds)
{
    private readonly long[] _counts = new long[bounds.Length + 1];
    private double _value;
    private long _count;

    /// <summary>Replaces the value.</summary>
    public void Set(double value) => _value = value;

    /// <summary>Adds to the value, and to the distribution.</summary>
    public void Add(double value)
    {
        _value += value;
        _count++;
        int bucket = 0;
        while (bucket < bounds.Length && value > bounds[bucket])
            bucket++;
        _counts[bucket]++;
    }

    /// <summary>Writes its lines.</summary>
    public void WriteTo(PrometheusWriter writer, MetricFamily family, MetricLabels labels)
    {
        if (family.Kind != MetricKind.Histogram)
        {
            writer.WriteValue(family.ValueName, labels, _value);
            return;
        }
        long below = 0;
        for (int i = 0; i < _counts.Length; i++)
        {
            below += _counts[i];
            writer.WriteBucket(family, labels, (i < bounds.Length ? bounds[i] : double.PositiveInfinity, below));
        }
        writer.WriteValue(family.Name + "_sum", labels, _value);
        writer.WriteValue(family.Name + "_count", labels, _count);
    }
}
