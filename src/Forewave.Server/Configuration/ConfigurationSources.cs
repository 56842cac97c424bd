namespace Forewave.Server.Configuration;

/// <summary>Where the settings of a broker come from, the later ones winning.</summary>
internal sealed record ConfigurationSources
{
    /// <summary>A file, JSON or (<c>.yaml</c>, <c>.yml</c>) YAML; null: none.</summary>
    public string? File { get; init; }

    /// <summary>The environment's variables. An empty one says nothing.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Flags by key, without their dashes; null says nothing.</summary>
    public IReadOnlyDictionary<string, string?> Flags { get; init; } = new Dictionary<string, string?>();
}
