using System.Text.Json;
using Forewave.Coordination;

namespace Forewave.Server.Cluster;

/// <summary>A broker that announces itself, and what it says of itself.</summary>
internal sealed record BrokerStanding
{
    /// <summary>As what it announces itself.</summary>
    public required BrokerRole Role { get; init; }

    /// <summary>Its announcement.</summary>
    public required BrokerAnnouncement Announced { get; init; }

    /// <summary>What it answered, as docs/openapi.json has it; null: it did not, and <see cref="Failure"/> says why.</summary>
    public JsonElement? Report { get; init; }

    /// <summary>Why there is no report; empty: there is one.</summary>
    public string Failure { get; init; } = "";

    /// <summary>Its database, where it reports one.</summary>
    public JsonElement? Database => Report is { } report && report.TryGetProperty("database", out var database) ? database : null;

    /// <summary>A text of its database's report; empty where there is none.</summary>
    public string DatabaseText(string name) => Database is { } database ? database.GetProperty(name).GetString() ?? "" : "";

    /// <summary>The epoch that its database was served under last; 0: never, or it is not known.</summary>
    public uint DatabaseEpoch => Database is { } database ? database.GetProperty("epoch").GetUInt32() : 0;

    /// <summary>Its database answered it.</summary>
    public bool HasDatabase => Database is not null && DatabaseText("failure").Length == 0;

    /// <summary>The other database of its group answers from there.</summary>
    public bool PeerAnswers => Database is { } database && database.GetProperty("peerAnswers").GetBoolean();
}
