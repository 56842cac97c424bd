using Forewave.Client.Connections;
using Forewave.Client.Routing;
using Forewave.Protocol;
using Forewave.Protocol.V1;

namespace Forewave.Client.Administration;

/// <summary>
/// Sends administrative requests, within one deadline each. What only looks is asked again when its connection ends before the
/// answer; what changes something is sent once. Thread-safe.
/// </summary>
internal sealed class AdministrationCalls
{
    private readonly Func<TimeSpan, CancellationToken, ValueTask<Connection>> _connect;
    private readonly PartitionLinks? _links;
    private readonly ForewaveClientOptions _options;

    /// <summary>To the broker of one link.</summary>
    public AdministrationCalls(BrokerLink link, ForewaveClientOptions options) => (_connect, _options) = (link.ConnectionAsync, options);

    /// <summary>To the brokers of all partitions.</summary>
    public AdministrationCalls(PartitionLinks links, ForewaveClientOptions options) =>
        (_connect, _links, _options) = (links.ConnectionAsync, links, options);

    /// <summary>The client's clock.</summary>
    public TimeProvider Time => _options.TimeProvider;

    /// <summary>Asks whom the request concerns: of several partitions all, that of a message, or the one that the options name.</summary>
    /// <exception cref="ForewaveException">
    /// The broker refused, cannot do it, or did not answer in time; <c>PartitionNeeded</c>: of several partitions one is to be named.
    /// </exception>
    public async ValueTask<AdministrationAnswer> AskAsync(AdministrationRequest request, CancellationToken cancellation)
    {
        AllAnswers all = await AskAllAsync(request, cancellation).ConfigureAwait(false);
        return all.Unanswered.Count == 0
            ? all.Answer
            : throw new ForewaveException(ErrorCode.Timeout, $"Partitions {string.Join(", ", all.Unanswered)} did not answer within {_options.RequestTimeout}.");
    }

    /// <summary>The same, and what is missing of what only looks.</summary>
    /// <exception cref="ForewaveException">As above; partitions that did not answer are an error only where none did.</exception>
    public async ValueTask<AllAnswers> AskAllAsync(AdministrationRequest request, CancellationToken cancellation)
    {
        if (_links is null)
        {
            return new AllAnswers(await AskAsync(request, _connect, cancellation).ConfigureAwait(false), []);
        }

        // The routes are known with the first connection.
        await _connect(_options.RequestTimeout, cancellation).ConfigureAwait(false);
        var all = _links.All;
        if (all.Length == 1 || AdministrationScope.IsOfAny(request))
        {
            return new AllAnswers(await AskAsync(request, _connect, cancellation).ConfigureAwait(false), []);
        }

        if (PartitionOf(request) is { } one)
        {
            PartitionLink link = _links.Find(one) ?? throw new ForewaveException(ErrorCode.NotOwner, $"The cluster has no partition {one}.");
            return new AllAnswers(await AskAsync(request, link.Link.ConnectionAsync, cancellation).ConfigureAwait(false), []);
        }

        if (!AdministrationScope.IsOfAll(request))
        {
            throw new ForewaveException(ErrorCode.PartitionNeeded);
        }

        PartitionAnswer[] answers = await Task.WhenAll(all.Select(link => TryAskAsync(request, link, cancellation))).ConfigureAwait(false);
        return AnswerMerge.Of(answers, AdministrationVerb.Of(request).IsRepeatable);
    }

    private PartitionNumber? PartitionOf(AdministrationRequest request)
    {
        bool isMessage = MessageId.TryParse(AdministrationScope.MessageOf(request), out MessageId id);
        return isMessage ? id.Partition : _options.Partition;
    }

    private async Task<PartitionAnswer> TryAskAsync(AdministrationRequest request, PartitionLink link, CancellationToken cancellation)
    {
        PartitionNumber partition = link.Partition!.Value;
        try
        {
            return new PartitionAnswer(partition, await AskAsync(request, link.Link.ConnectionAsync, cancellation).ConfigureAwait(false), null);
        }
        catch (ForewaveException refused)
        {
            return new PartitionAnswer(partition, null, refused);
        }
    }

    private async ValueTask<AdministrationAnswer> AskAsync(
        AdministrationRequest request, Func<TimeSpan, CancellationToken, ValueTask<Connection>> connect, CancellationToken cancellation)
    {
        AdministrationVerb verb = AdministrationVerb.Of(request);
        long begun = _options.TimeProvider.GetTimestamp();
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            Connection connection = await connect(Left(begun), cancellation).ConfigureAwait(false);
            connection.Capabilities.Require(verb.Capability);
            RequestWaiter waiter = new();
            if (!connection.TryRequest(new ClientFrame { Administration = request }, waiter))
            {
                continue;
            }

            try
            {
                return await AnswerAsync(waiter, begun, cancellation).ConfigureAwait(false);
            }
            catch (ForewaveException lost) when (waiter.IsLost && lost.Code != ErrorCode.ClientClosed)
            {
                if (!verb.IsRepeatable)
                {
                    throw new ForewaveException(ErrorCode.OutcomeUnknown, $"The connection ended before the answer came: {lost.Message}", lost);
                }
            }
        }
    }

    private async Task<AdministrationAnswer> AnswerAsync(RequestWaiter waiter, long begun, CancellationToken cancellation)
    {
        try
        {
            ServerFrame answer = await waiter.Task.WaitAsync(Left(begun), _options.TimeProvider, cancellation).ConfigureAwait(false);
            return answer.Administration
                ?? throw new ForewaveException(ErrorCode.FrameBroken, "The broker answered an administration request with something else.");
        }
        catch (TimeoutException e)
        {
            throw new ForewaveException(ErrorCode.OutcomeUnknown, $"No answer within {_options.RequestTimeout}.", e);
        }
    }

    private TimeSpan Left(long begun)
    {
        TimeSpan left = _options.RequestTimeout - _options.TimeProvider.GetElapsedTime(begun);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}
