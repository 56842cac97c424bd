namespace Forewave.Broker;

/// <summary>A setting that the broker was started with, to be shown. Immutable.</summary>
public sealed record StartSetting
{
    /// <summary>Its key.</summary>
    public required string Key { get; init; }

    /// <summary>Its value, without what is secret in it.</summary>
    public required string Value { get; init; }

    /// <summary>Who says so: a flag, a variable, a file, <c>program</c> or <c>default</c>.</summary>
    public required string Source { get; init; }
}
