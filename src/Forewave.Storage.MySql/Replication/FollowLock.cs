using System.Globalization;
using Forewave.Storage.MySql.Interop;

namespace Forewave.Storage.MySql.Replication;

/// <summary>
/// The server's named lock that whoever changes what a database follows holds meanwhile: its broker, and an operator who makes it anew. It goes
/// with the connection that took it.
/// </summary>
internal static class FollowLock
{
    private const string Name = "forewave-follow";

    /// <summary>Takes it. False: somebody has it, and did not give it back in time.</summary>
    /// <exception cref="Connections.DatabaseException">The connection is lost.</exception>
    public static bool Take(Connection connection, TimeSpan longest) =>
        connection.ReadNamed(string.Create(CultureInfo.InvariantCulture, $"SELECT GET_LOCK('{Name}', {longest.TotalSeconds:0.###}) AS taken")).GetValueOrDefault("taken") == "1";
}
