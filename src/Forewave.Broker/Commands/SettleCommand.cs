using System.Text;
using Forewave.Broker.Delivery;
using Forewave.Broker.Delivery.Leases;
using Forewave.Broker.Sessions;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using SettleVerb = Forewave.Protocol.SettleVerb;

namespace Forewave.Broker.Commands;

/// <summary>Settle: the runs go to the loops that own their queues; answered when all of it is committed.</summary>
internal static class SettleCommand
{
    public static ValueTask RunAsync(
        Session session, ReadOnlyMemory<byte> frame, in ClientFrameHeader header, CancellationToken cancellation)
    {
        var loops = session.Parts.Delivery;
        var request = new SettleRequest(loops, session.Output, header.Correlation);
        var reader = new SettleReader(frame.Span, header.Payload);
        for (uint place = 0; reader.MoveNext(out var run); place++)
        {
            if (run.Problem.IsNone && RightCheck.MaySettle(session, run.Queue))
                request.Add(ItemOf(run, place));
            else if (run.Problem.IsNone)
                request.Fail(new SettleFailure { Run = place, First = default, Count = 0, Error = ErrorFrame.Of(ErrorCode.RightMissing) });
            else
                request.Fail(new SettleFailure { Run = place, First = default, Count = 0, Error = ErrorFrame.Of(run.Problem) });
        }
        // Nothing was handed to a loop yet.
        if (!reader.Problem.IsNone)
            return CommandDispatch.Refuse(session, header, reader.Problem);
        request.Post();
        return HasRoom(loops) ? ValueTask.CompletedTask : WaitForRoomAsync(loops, cancellation);
    }

    private static SettleItem ItemOf(in SettleRunView run, uint place) => new()
    {
        Place = place,
        Queue = run.Queue.Value,
        Group = run.Group.Value,
        First = run.First,
        Count = run.Verb == SettleVerb.AckUpTo ? 1 : (int)Math.Min(run.Count, int.MaxValue),
        Attempt = run.Attempt,
        Epoch = run.Epoch,
        Verb = run.Verb,
        Delay = run.Delay,
        Reason = run.Reason.IsEmpty ? null : Encoding.UTF8.GetString(run.Reason),
    };

    private static bool HasRoom(DeliveryLoops loops)
    {
        for (int i = 0; i < loops.Count; i++)
        {
            if (!loops.Of((uint)i).HasRoom)
                return false;
        }
        return true;
    }

    private static async ValueTask WaitForRoomAsync(DeliveryLoops loops, CancellationToken cancellation)
    {
        for (int i = 0; i < loops.Count; i++)
            await loops.Of((uint)i).WaitForRoomAsync(cancellation);
    }
}
