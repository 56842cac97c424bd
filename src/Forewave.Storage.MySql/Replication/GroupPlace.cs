using Forewave.Storage.MySql.Connections;

namespace Forewave.Storage.MySql.Replication;

/// <summary>
/// Where the two databases of a broker group are, as one of its brokers sees them. One account for replication, the same in both
/// databases (docs/replication.md): it looks, it switches roles, and it receives.
/// </summary>
/// <param name="Own">The store's own: its place is used, with the account of replication.</param>
/// <param name="Peer">The other one, with the account of replication.</param>
internal sealed record GroupPlace(ConnectionOptions Own, ConnectionOptions Peer)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(10);

    /// <summary>For looks: what does not answer has to be seen soon.</summary>
    public ConnectionOptions OwnLooked => Soon(Own);

    /// <inheritdoc cref="OwnLooked"/>
    public ConnectionOptions PeerLooked => Soon(Peer);

    /// <summary>For changes of what replication does, which wait for its threads.</summary>
    public ConnectionOptions OwnChanged => Own with { ReadTimeout = LongestStop, WriteTimeout = Patience, ConnectTimeout = Patience };

    /// <summary>How this database follows the other one.</summary>
    public MasterPlace Master => new()
    {
        Host = Peer.Host, Port = Peer.Port, User = Peer.User, Password = Peer.Password ?? "", Tls = Peer.Tls, AuthorityFile = Peer.AuthorityFile,
    };

    /// <summary>Somebody asks, and does not wait for long.</summary>
    public static ConnectionOptions Soon(ConnectionOptions options) =>
        options with { ReadTimeout = Patience, WriteTimeout = Patience, ConnectTimeout = Patience };

    /// <summary>Reads the words of both places.</summary>
    /// <exception cref="FormatException">A word is unknown, or the other database is named by a socket: its slave reaches it over the network.</exception>
    public static GroupPlace Parse(MySqlStoreOptions store, string peer, Func<string, string?> environment)
    {
        ConnectionOptions there = ConnectionText.Parse(peer, environment).Connection;
        return there.Socket is null
            ? new GroupPlace(store.Connection with { User = there.User, Password = there.Password }, there)
            : throw new FormatException("the other database of a group has a host and a port, not a socket: this database's receiver connects there");
    }
}
