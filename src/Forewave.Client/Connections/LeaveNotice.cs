using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Forewave.Protocol.V1;

namespace Forewave.Client.Connections;

/// <summary>What a broker says when it announces that it will close a connection. Immutable.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Grace">How long it waits for what is under way; 1 s to 1 min whatever it says.</param>
internal sealed record LeaveNotice(ForewaveException Reason, TimeSpan Grace)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    public static LeaveNotice Of(GoAway goAway)
    {
        ForewaveException reason = goAway.Error is { } error
            ? ErrorFrame.ToException(error)
            : new ForewaveException(ErrorCode.ShuttingDown);
        TimeSpan grace = TimeSpan.FromMilliseconds(goAway.Grace);
        return new LeaveNotice(reason, grace < Shortest ? Shortest : grace > Longest ? Longest : grace);
    }
}
