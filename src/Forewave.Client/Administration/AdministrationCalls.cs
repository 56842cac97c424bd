using Forewave.Client.Connections;
using Forewave.Client.Routing;
using Forewave.Protocol;
using Forewave.Protocol.V1;

namespace Forewave.Client.Administration;

/// <summary>
/// Sends administrative requests, within one deadline each. What only looks is asked again when its connection ends before the
/// answer; what changes something is sent once. Of several partitions, what changes something is sent when all of them are reached, so
/// that one which is away leaves it undone everywhere. Thread-safe.
/// </summary>
internal sealed class AdministrationCalls
{
    private readonly PartitionTarget _any;
    private readonly PartitionLinks? _links;
    private readonly ForewaveClientOptions _options;

    /// <summary>To the broker of one link.</summary>
    public AdministrationCalls(BrokerLink link, ForewaveClientOptions options) =>
        (_any, _options) = (new PartitionTarget(null, link.ConnectionAsync), options);

    /// <summary>To the brokers of all partitions.</summary>
    public AdministrationCalls(PartitionLinks links, ForewaveClientOptions options) =>
        (_any, _links, _options) = (new PartitionTarget(null, links.ConnectionAsync), links, options);

    /// <summary>The client's clock.</summary>
    public TimeProvider Time => _options.TimeProvider;

    /// <summary>How long a request may take.</summary>
    public TimeSpan Patience => _options.RequestTimeout;

    /// <summary>Asks whom the request concerns: of several partitions all, that of a message, or the one that the options name.</summary>
    /// <exception cref="ForewaveException">
    /// The broker refused, cannot do it, or did not answer in time; <c>PartitionNeeded</c>: of several partitions one is to be named.
    /// </exception>
    public async ValueTask<AdministrationAnswer> AskAsync(AdministrationRequest request, CancellationToken cancellation)
    {
        AllAnswers all = await AskAllAsync(request, cancellation).ConfigureAwait(false);
        return all.Unanswered.Count == 0 ? all.Answer : throw Unanswered(all.Unanswered, $"within {_options.RequestTimeout}");
    }

    /// <summary>The same, and what is missing of what only looks.</summary>
    /// <exception cref="ForewaveException">As above; partitions that did not answer are an error only where none did.</exception>
    public async ValueTask<AllAnswers> AskAllAsync(AdministrationRequest request, CancellationToken cancellation)
    {
        IReadOnlyList<PartitionTarget> targets = await WhomAsync(request, cancellation).ConfigureAwait(false);
        if (targets.Count == 1)
        {
            return new AllAnswers(await AskAsync(request, targets[0], cancellation).ConfigureAwait(false), []);
        }

        if (!AdministrationScope.IsOfAll(request))
        {
            throw new ForewaveException(ErrorCode.PartitionNeeded);
        }

        AdministrationRequest each = AdministrationScope.Share(request, targets.Count);
        bool isLook = AdministrationVerb.Of(request).IsRepeatable;
        IReadOnlyList<PartitionAnswer> answers = await AskEachAsync(targets, _ => each, cancellation).ConfigureAwait(false);
        return AnswerMerge.Of(answers, isLook, error => AdministrationScope.IsAbsence(request, error));
    }

    /// <summary>Asks each of some partitions for a change of its own; returns what those said that did it.</summary>
    /// <param name="targets">Whom.</param>
    /// <param name="requestOf">What is asked of whom.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="ForewaveException">One refused or did not answer; the text says who, and which did it.</exception>
    public async ValueTask<IReadOnlyList<PartitionAnswer>> ChangeAsync(
        IReadOnlyList<PartitionTarget> targets, Func<PartitionTarget, AdministrationRequest> requestOf, CancellationToken cancellation)
    {
        if (targets.Count == 1)
        {
            AdministrationAnswer answer = await AskAsync(requestOf(targets[0]), targets[0], cancellation).ConfigureAwait(false);
            return [new PartitionAnswer(targets[0].Partition, answer, null)];
        }

        IReadOnlyList<PartitionAnswer> answers = await AskEachAsync(targets, requestOf, cancellation).ConfigureAwait(false);
        return AnswerMerge.Told(answers, isLook: false, error => AdministrationScope.IsAbsence(requestOf(targets[0]), error)).Told;
    }

    /// <summary>Asks one partition.</summary>
    /// <exception cref="ForewaveException">It refused, cannot do it, or did not answer in time.</exception>
    public async ValueTask<AdministrationAnswer> AskAsync(AdministrationRequest request, PartitionTarget target, CancellationToken cancellation)
    {
        AdministrationVerb verb = AdministrationVerb.Of(request);
        long begun = _options.TimeProvider.GetTimestamp();
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            Connection connection = await target.ConnectionAsync(Left(begun), cancellation).ConfigureAwait(false);
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
            catch (ForewaveException ended) when (ended.Code == ErrorCode.LogInEnded && !waiter.IsLost)
            {
                // Nothing was done; the broker closes the connection, and asks anew on the next one.
                connection.Fail(ended);
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

    /// <summary>The partitions that a request about a queue concerns: all, or the one that the options name.</summary>
    /// <exception cref="ForewaveException">Timeout; <c>NotOwner</c>: there is no such partition.</exception>
    public async ValueTask<IReadOnlyList<PartitionTarget>> TargetsAsync(CancellationToken cancellation)
    {
        if (_links is null || await AreOneAsync(_links, cancellation).ConfigureAwait(false))
        {
            return [_any];
        }

        return _options.Partition is { } one ? [Find(_links, one)] : [.. _links.All.Select(TargetOf)];
    }

    /// <summary>The partition that gave a number, as it was told with it.</summary>
    /// <exception cref="ForewaveException">Timeout; <c>PartitionNeeded</c>; <c>NotOwner</c>: there is no such partition.</exception>
    public async ValueTask<PartitionTarget> TargetAsync(PartitionNumber? partition, CancellationToken cancellation)
    {
        if (partition is null)
        {
            IReadOnlyList<PartitionTarget> targets = await TargetsAsync(cancellation).ConfigureAwait(false);
            return targets.Count == 1 ? targets[0] : throw new ForewaveException(ErrorCode.PartitionNeeded);
        }

        if (_links is not null && !await AreOneAsync(_links, cancellation).ConfigureAwait(false))
        {
            return Find(_links, partition.Value);
        }

        Connection connection = await _any.ConnectionAsync(_options.RequestTimeout, cancellation).ConfigureAwait(false);
        return connection.Hello.Partition == partition.Value.Value ? _any : throw NoSuch(partition.Value);
    }

    /// <summary>Partitions are missing in what was told.</summary>
    /// <param name="partitions">Which.</param>
    /// <param name="why">What became of them, in words.</param>
    public static ForewaveException Unanswered(IReadOnlyList<PartitionNumber> partitions, string why) => new(
        ErrorCode.PartitionsUnanswered, $"{(partitions.Count == 1 ? "Partition" : "Partitions")} {string.Join(", ", partitions)} did not answer: {why}.")
    {
        Unanswered = partitions,
    };

    private async ValueTask<IReadOnlyList<PartitionTarget>> WhomAsync(AdministrationRequest request, CancellationToken cancellation)
    {
        if (_links is null || (AdministrationScope.IsOfAny(request) && _options.Partition is null) || await AreOneAsync(_links, cancellation).ConfigureAwait(false))
        {
            return [_any];
        }

        return MessageId.TryParse(AdministrationScope.MessageOf(request), out MessageId id)
            ? [Find(_links, id.Partition)]
            : await TargetsAsync(cancellation).ConfigureAwait(false);
    }

    // The routes are known with the first connection.
    private async ValueTask<bool> AreOneAsync(PartitionLinks links, CancellationToken cancellation)
    {
        await _any.ConnectionAsync(_options.RequestTimeout, cancellation).ConfigureAwait(false);
        return links.All.Length == 1;
    }

    private static PartitionTarget Find(PartitionLinks links, PartitionNumber partition) =>
        links.Find(partition) is { } link ? TargetOf(link) : throw NoSuch(partition);

    private static ForewaveException NoSuch(PartitionNumber partition) => new(ErrorCode.NotOwner, $"The cluster has no partition {partition}.");

    private static PartitionTarget TargetOf(PartitionLink link) => new(link.Partition!.Value, link.Link.ConnectionAsync);

    private async ValueTask<IReadOnlyList<PartitionAnswer>> AskEachAsync(
        IReadOnlyList<PartitionTarget> targets, Func<PartitionTarget, AdministrationRequest> requestOf, CancellationToken cancellation)
    {
        if (!AdministrationVerb.Of(requestOf(targets[0])).IsRepeatable)
        {
            await ReachAsync(targets, cancellation).ConfigureAwait(false);
        }

        return await Task.WhenAll(targets.Select(target => TryAskAsync(requestOf(target), target, cancellation))).ConfigureAwait(false);
    }

    // Who is away now would leave a change half done.
    private async ValueTask ReachAsync(IReadOnlyList<PartitionTarget> targets, CancellationToken cancellation)
    {
        ForewaveException?[] errors = await Task.WhenAll(targets.Select(target => TryReachAsync(target, cancellation))).ConfigureAwait(false);
        PartitionNumber[] away = [.. targets.Zip(errors).Where(one => one.Second is not null).Select(one => one.First.Partition!.Value)];
        if (away.Length > 0)
        {
            throw Unanswered(away, $"nothing was done at any partition. {errors.First(error => error is not null)!.Detail?.TrimEnd('.')}");
        }
    }

    private async Task<ForewaveException?> TryReachAsync(PartitionTarget target, CancellationToken cancellation)
    {
        try
        {
            await target.ConnectionAsync(_options.RequestTimeout, cancellation).ConfigureAwait(false);
            return null;
        }
        catch (ForewaveException away)
        {
            return away;
        }
    }

    private async Task<PartitionAnswer> TryAskAsync(AdministrationRequest request, PartitionTarget target, CancellationToken cancellation)
    {
        try
        {
            return new PartitionAnswer(target.Partition, await AskAsync(request, target, cancellation).ConfigureAwait(false), null);
        }
        catch (ForewaveException refused)
        {
            return new PartitionAnswer(target.Partition, null, refused);
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
