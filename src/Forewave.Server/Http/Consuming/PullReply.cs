using Forewave.Client.Connections;
using Forewave.Protocol;
using Forewave.Protocol.Frames;

namespace Forewave.Server.Http.Consuming;

/// <summary>
/// Waits for the answer to one receive and keeps its bytes. Who gives it up before the answer has what still comes handed to
/// <paramref name="release"/>, so that nobody holds messages for somebody who has gone; until the answer it has its place on the connection.
/// </summary>
internal sealed class PullReply(PullConnection connection, Action<PulledMessages> release) : IAnswerHandler
{
    private readonly TaskCompletionSource<PulledMessages> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _isTaken;

    /// <summary>The messages, or a <see cref="ForewaveException"/>.</summary>
    public Task<PulledMessages> Task => _completion.Task;

    /// <summary>Nobody waits any more. False: the answer was there before; it is the caller's.</summary>
    public bool TryGiveUp() => Interlocked.Exchange(ref _isTaken, 1) == 0;

    public void Answered(ReadOnlySpan<byte> frame, in ServerFrameHeader header)
    {
        connection.Answered();
        if (header.Answer == ServerAnswer.Delivery)
        {
            PulledMessages messages = new(header.Payload.Of(frame).ToArray());
            if (Interlocked.Exchange(ref _isTaken, 1) == 0)
                _completion.TrySetResult(messages);
            else
                release(messages);
            return;
        }
        bool isError = header.Answer == ServerAnswer.Error && ErrorFrame.TryRead(frame, header.Payload, out _);
        Fail(isError && ErrorFrame.TryRead(frame, header.Payload, out var error)
            ? ErrorFrame.ToException(error)
            : new ForewaveException(ErrorCode.FrameBroken, "The answer to a receive cannot be read."));
    }

    public void Lost(ForewaveException reason)
    {
        connection.Answered();
        Fail(reason);
    }

    private void Fail(ForewaveException reason)
    {
        if (Interlocked.Exchange(ref _isTaken, 1) == 0)
            _completion.TrySetException(reason);
    }
}
