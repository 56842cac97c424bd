using System.Globalization;

namespace Forewave.Cli.Wire;

/// <summary>Whose bytes they are.</summary>
/// <param name="Connection">From 1, as they came.</param>
/// <param name="IsClient">The client's; else the broker's.</param>
internal readonly record struct WireSide(int Connection, bool IsClient)
{
    /// <summary>For people: <c>1 -></c> from the client, <c>1 &lt;-</c> from the broker.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Connection} {(IsClient ? "->" : "<-")}");
}
