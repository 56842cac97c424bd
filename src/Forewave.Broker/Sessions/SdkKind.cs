namespace Forewave.Broker.Sessions;

/// <summary>An SDK as hellos name it. Immutable.</summary>
internal sealed record SdkKind
{
    /// <summary>What all those are counted as for which there is no room.</summary>
    public static SdkKind Others { get; } = new() { Name = "others", Version = "" };

    /// <summary>Its name; empty: the hello has none.</summary>
    public required string Name { get; init; }

    /// <summary>Its version; empty: the hello has none.</summary>
    public required string Version { get; init; }
}
