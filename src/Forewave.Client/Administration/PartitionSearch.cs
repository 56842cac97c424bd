using System.Globalization;
using Forewave.Protocol;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Client.Administration;

/// <summary>
/// One step of a search through several partitions, one after the other. It goes on from <c>partition:token</c>, where the token is that
/// partition's own, or empty at its beginning. For one task.
/// </summary>
/// <param name="calls">The way there.</param>
/// <param name="targets">All of them, the lowest first.</param>
/// <param name="find">What is looked for; its resume is the step's.</param>
internal sealed class PartitionSearch(AdministrationCalls calls, IReadOnlyList<PartitionTarget> targets, V1.FindMessages find)
{
    private readonly List<FoundMessage> _messages = [];
    private readonly List<PartitionNumber> _silent = [];
    private readonly uint _most = find.Max;
    private FoundPage? _last;
    private ForewaveException? _absence;
    private long _lookedAt;
    private long _bytesRead;
    private long _damaged;
    private DateTimeOffset? _reached;

    /// <summary>Looks until there are as many messages as are wanted, a partition has had enough of the step, or all were looked at.</summary>
    /// <exception cref="ForewaveException">A partition refused; the queue is nowhere; none answers; <c>ResumeTokenInvalid</c>.</exception>
    public async ValueTask<FoundPage> StepAsync(CancellationToken cancellation)
    {
        bool isFirst = find.Resume.Length == 0;
        int place = isFirst ? 0 : Begin();
        for (; place < targets.Count && _messages.Count < _most; place++, find.Resume = "")
        {
            find.Max = _most - (uint)_messages.Count;
            if (await LookAsync(targets[place], cancellation).ConfigureAwait(false) is { Length: > 0 } token)
            {
                return Page(place, token);
            }
        }

        if (isFirst && _last is null)
        {
            throw _silent.Count > 0 ? AdministrationCalls.Unanswered(_silent, "nothing was looked at") : _absence!;
        }

        return Page(place, "");
    }

    // Where the partition goes on; null: it has nothing more.
    private async ValueTask<string?> LookAsync(PartitionTarget target, CancellationToken cancellation)
    {
        try
        {
            V1.AdministrationAnswer answer = await calls.AskAsync(new() { FindMessages = find }, target, cancellation).ConfigureAwait(false);
            _last = FoundAnswers.ToPage(answer.Found);
        }
        catch (ForewaveException none) when (none.Code == ErrorCode.QueueNotFound)
        {
            _absence = none;
            return null;
        }
        catch (ForewaveException silent) when (PartitionAnswer.IsSilence(silent))
        {
            _silent.Add(target.Partition!.Value);
            return null;
        }

        _messages.AddRange(_last.Messages);
        _lookedAt += _last.LookedAt;
        _bytesRead += _last.BytesRead;
        _damaged += _last.Damaged;
        _reached = _last.ReachedTime ?? _reached;
        return _last.Resume;
    }

    // A partition that is not there any more is passed over.
    private int Begin()
    {
        int end = find.Resume.IndexOf(':', StringComparison.Ordinal);
        if (end < 0 || !ushort.TryParse(find.Resume.AsSpan(0, end), NumberStyles.None, CultureInfo.InvariantCulture, out ushort partition))
        {
            throw new ForewaveException(ErrorCode.ResumeTokenInvalid);
        }

        string token = find.Resume[(end + 1)..];
        int place = targets.TakeWhile(target => target.Partition!.Value.Value < partition).Count();
        find.Resume = place < targets.Count && targets[place].Partition!.Value.Value == partition ? token : "";
        return place;
    }

    private FoundPage Page(int place, string token) => new()
    {
        Messages = _messages,
        Resume = place < targets.Count ? string.Create(CultureInfo.InvariantCulture, $"{targets[place].Partition!.Value.Value}:{token}") : null,
        LookedAt = _lookedAt,
        BytesRead = _bytesRead,
        ReachedTime = _reached,
        Left = token.Length > 0 ? _last!.Left : 0,
        PartitionsLeft = Math.Max(0, targets.Count - place - (token.Length > 0 ? 1 : 0)),
        Damaged = _damaged,
        Unanswered = _silent,
    };
}
