using Forewave.Client.Connections;
using Forewave.Protocol;
using Forewave.Protocol.Frames;

namespace Forewave.Server.Http.Consuming;

/// <summary>Waits for the answer to one settle: an error for each run that failed, by its place.</summary>
internal sealed class SettleReply : IAnswerHandler
{
    private readonly TaskCompletionSource<IReadOnlyDictionary<int, ForewaveException>> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The errors; none: all is settled.</summary>
    public Task<IReadOnlyDictionary<int, ForewaveException>> Task => _completion.Task;

    /// <summary>The connection ended before the answer.</summary>
    public bool IsLost { get; private set; }

    public void Answered(ReadOnlySpan<byte> frame, in ServerFrameHeader header)
    {
        if (header.Answer == ServerAnswer.Error && ErrorFrame.TryRead(frame, header.Payload, out var error))
        {
            _completion.TrySetException(ErrorFrame.ToException(error));
            return;
        }
        Dictionary<int, ForewaveException> failures = [];
        if (header.Answer == ServerAnswer.Settled && TryRead(frame, header.Payload, failures))
            _completion.TrySetResult(failures);
        else
            _completion.TrySetException(new ForewaveException(ErrorCode.OutcomeUnknown, "The answer to a settle cannot be read."));
    }

    public void Lost(ForewaveException reason)
    {
        IsLost = true;
        _completion.TrySetException(reason);
    }

    private static bool TryRead(ReadOnlySpan<byte> frame, ByteRange payload, Dictionary<int, ForewaveException> failures)
    {
        SettledReader reader = new(frame, payload);
        while (reader.MoveNext(out var view))
        {
            if (!ErrorFrame.TryRead(frame, view.Error, out var error))
                return false;
            failures.TryAdd((int)view.Run, ErrorFrame.ToException(error));
        }
        return reader.Problem.IsNone;
    }
}
