using System.Collections.Immutable;
using System.Net;
using Forewave.Client.Connections;
using Forewave.Protocol;
using Forewave.Protocol.Routes;

namespace Forewave.Client.Routing;

/// <summary>
/// A client's links, one to the master of each partition, led by the routes. While a broker is alone, or of the only partition, there is
/// the first link and nothing else. Thread-safe. Disposing ends the links.
/// </summary>
internal sealed class PartitionLinks : ILinkGuide, IAsyncDisposable
{
    private readonly ForewaveClientOptions _options;
    private readonly IReadOnlyList<EndPoint> _seeds;
    private readonly Lock _lock = new();
    private readonly List<IPartitioned> _participants = [];
    private readonly RouteFollowing _following;
    private ImmutableArray<PartitionLink> _all;
    private RouteTable _routes = RouteTable.Empty;

    /// <exception cref="ArgumentException">The options' server is no address.</exception>
    public PartitionLinks(ForewaveClientOptions options)
    {
        _options = options;
        IRouteSource? source = options.Connector is null ? RouteSources.Of(options) : null;
        _seeds = options.Connector is not null || source is not null ? [] : ServerAddress.Parse(options.Server);
        First = new PartitionLink(new BrokerLink(options, new BrokerPlaces(_seeds), this));
        _all = [First];
        _following = new RouteFollowing(this, options, source);
    }

    /// <summary>The link to any partition's master: the only one of a broker that is alone.</summary>
    public PartitionLink First { get; }

    /// <summary>All there are, by partition; one, until the routes tell of more.</summary>
    public ImmutableArray<PartitionLink> All
    {
        get
        {
            lock (_lock)
            {
                return _all;
            }
        }
    }

    /// <summary>The routes as they are known; empty where the broker is alone.</summary>
    public RouteTable Routes => Volatile.Read(ref _routes);

    /// <summary>Where to ask for the routes when no connection is left.</summary>
    public IEnumerable<EndPoint> Places => Routes.Routes.SelectMany(route => PlaceOf(route)).Concat(_seeds).Distinct();

    /// <summary>The link of a partition; null: there is none.</summary>
    public PartitionLink? Find(PartitionNumber partition) => All.FirstOrDefault(one => one.Partition == partition);

    /// <summary>The first connection, or the next one: for whoever asks any broker.</summary>
    /// <exception cref="ForewaveException">Timeout.</exception>
    public ValueTask<Connection> ConnectionAsync(TimeSpan patience, CancellationToken cancellation)
    {
        _following.Begin();
        Connection? any = First.Link.Shared ?? All.Select(one => one.Link.Shared).FirstOrDefault(connection => connection is not null);
        return any is null ? First.Link.ConnectionAsync(patience, cancellation) : new ValueTask<Connection>(any);
    }

    /// <summary>Adds a participant; it hears of all partitions that there are, at once, and of every later one.</summary>
    public void Join(IPartitioned participant)
    {
        _following.Begin();
        lock (_lock)
        {
            _participants.Add(participant);
            participant.Add(First);
            foreach (PartitionLink link in _all.Where(link => link != First))
            {
                participant.Add(link);
            }
        }
    }

    /// <summary>A participant has ended.</summary>
    public void Leave(IPartitioned participant)
    {
        lock (_lock)
        {
            _participants.Remove(participant);
        }
    }

    /// <summary>A broker does not answer: others are asked for the routes. Costs nothing while they are being asked.</summary>
    public void Doubt() => _following.Doubt();

    /// <inheritdoc/>
    public void Learn(RouteTable routes) => Learn(routes, null);

    /// <inheritdoc/>
    public async ValueTask WelcomeAsync(BrokerLink link, Connection connection, CancellationToken cancellation)
    {
        PartitionNumber serves = new((ushort)connection.Hello.Partition);
        if (connection.Capabilities.HasRoutes && !_following.HasSource)
        {
            RouteTable told = await RouteRequest.AskAsync(connection, default, cancellation).ConfigureAwait(false);
            if (told.Find(serves) is null)
            {
                throw new ForewaveException(ErrorCode.Disconnected, "The broker has just begun and does not know the routes of its cluster yet.");
            }

            Learn(told, link == First.Link ? serves : null);
            _following.Follow();
        }

        if (All.FirstOrDefault(one => one.Link == link)?.Partition is not { } wanted)
        {
            return;
        }

        if (serves != wanted)
        {
            throw new ForewaveException(ErrorCode.NotOwner, $"The broker serves partition {serves}, partition {wanted} was looked for.");
        }

        if (Routes.Find(wanted) is { } route && connection.Hello.Epoch < route.Epoch.Value)
        {
            throw new ForewaveException(ErrorCode.NotOwner, $"The broker served partition {wanted} before epoch {route.Epoch}.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _following.DisposeAsync().ConfigureAwait(false);
        await Task.WhenAll(All.Select(one => one.Link.DisposeAsync().AsTask())).ConfigureAwait(false);
    }

    // The first link's partition is the one that it has found, or may go to.
    private void Learn(RouteTable routes, PartitionNumber? first)
    {
        lock (_lock)
        {
            RouteTable merged = _routes.With(routes);
            if (merged.IsEmpty || (merged == _routes && First.Partition is not null))
            {
                return;
            }

            Volatile.Write(ref _routes, merged);
            First.Pin(first ?? FoundBy(First) ?? merged.Routes[0].Partition);
            foreach (Route route in merged.Routes)
            {
                Lead(route);
            }
        }
    }

    private void Lead(Route route)
    {
        List<EndPoint> places = [.. PlaceOf(route).Concat(_seeds).Distinct()];
        if (_all.FirstOrDefault(one => one.Partition == route.Partition) is { } known)
        {
            known.Link.Lead(places, route);
            return;
        }

        PartitionLink link = new(new BrokerLink(_options, new BrokerPlaces(places), this));
        link.Link.Lead(places, route);
        link.Pin(route.Partition);
        _all = [.. _all.Append(link).OrderBy(one => one.Partition)];
        _participants.ForEach(participant => participant.Add(link));
    }

    private static PartitionNumber? FoundBy(PartitionLink link) =>
        link.Link.Shared is { } connection ? new PartitionNumber((ushort)connection.Hello.Partition) : null;

    private static IEnumerable<EndPoint> PlaceOf(Route route) => ServerAddress.TryParse(route.Address, out EndPoint? place) ? [place] : [];
}
