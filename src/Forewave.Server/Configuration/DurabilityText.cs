using Forewave.Protocol;

namespace Forewave.Server.Configuration;

/// <summary>Durabilities in the words of the documentation, the least first.</summary>
internal static class DurabilityText
{
    private static readonly Dictionary<string, Durability> Words = new()
    {
        ["memory"] = Durability.Memory,
        ["synced"] = Durability.Synced,
        ["master-synced"] = Durability.MasterSynced,
        ["slave-received"] = Durability.SlaveReceived,
    };

    /// <summary>What there is to choose from.</summary>
    public static string Choices { get; } = string.Join(", ", Words.Keys);

    /// <summary>Reads a word; false: it is none.</summary>
    public static bool TryParse(string text, out Durability durability) => Words.TryGetValue(text, out durability);

    /// <summary>The word.</summary>
    public static string Of(Durability durability) => Words.FirstOrDefault(word => word.Value == durability).Key ?? "unspecified";
}
