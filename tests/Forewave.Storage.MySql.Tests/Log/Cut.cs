namespace Forewave.Storage.MySql.Tests.Log;

/// <summary>Where a connection is cut.</summary>
/// <param name="Packet">At which packet of the client, counted from 1; 0 never.</param>
/// <param name="IsAfter">The server still gets it.</param>
internal readonly record struct Cut(int Packet, bool IsAfter);
