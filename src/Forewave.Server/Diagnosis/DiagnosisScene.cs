namespace Forewave.Server.Diagnosis;

/// <summary>What is looked at. Immutable.</summary>
internal sealed record DiagnosisScene
{
    /// <summary>The settings that the broker is, or would be, started with.</summary>
    public required ForewaveBrokerOptions Options { get; init; }

    /// <summary>Variables that look like settings and are none.</summary>
    public IReadOnlyList<string> UnknownVariables { get; init; } = [];

    /// <summary>The kernel's files.</summary>
    public HostFiles Host { get; init; } = new();

    /// <summary>The process that has the data folder open; null when none has.</summary>
    public int? BrokerProcess { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Whether the settings keep messages in <see cref="ForewaveBrokerOptions.DataFolder"/>.</summary>
    public bool IsOnFiles => Options.Store == StoreKind.Files;

    /// <summary>The data folder when it is there, else the folder above it that is.</summary>
    public string ExistingFolder
    {
        get
        {
            string folder = Path.GetFullPath(Options.DataFolder);
            while (!Directory.Exists(folder) && Path.GetDirectoryName(folder) is { } above)
                folder = above;
            return folder;
        }
    }
}
