namespace Forewave.Client.Administration;

/// <summary>A setting of a broker: what counts, and who says so. Immutable.</summary>
public sealed record SettingDetails
{
    /// <summary>Its key; for single queues or a user with <c>@</c> and what it is set for.</summary>
    public required string Name { get; init; }

    /// <summary>What counts; secrets are masked.</summary>
    public required string Value { get; init; }

    /// <summary><c>live</c>; else the flag, the variable, the file, <c>program</c> or <c>default</c>.</summary>
    public required string Source { get; init; }

    /// <summary>It can be set while the broker runs.</summary>
    public bool IsLive { get; init; }

    /// <summary>What would count without the live value; empty for single queues and users.</summary>
    public string StartValue { get; init; } = "";

    /// <summary>When the live value was set; null: there is none.</summary>
    public DateTimeOffset? Changed { get; init; }

    /// <summary>Who set it; empty: nobody.</summary>
    public string By { get; init; } = "";
}
