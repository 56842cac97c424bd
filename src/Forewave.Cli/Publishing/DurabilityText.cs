using Forewave.Protocol;

namespace Forewave.Cli.Publishing;

/// <summary>A receipt's durability in the words of the documentation.</summary>
internal static class DurabilityText
{
    public static string Of(Durability durability) => durability switch
    {
        Durability.Memory => "memory",
        Durability.Synced => "synced",
        Durability.MasterSynced => "master-synced",
        Durability.SlaveReceived => "slave-received",
        _ => "unspecified",
    };
}
