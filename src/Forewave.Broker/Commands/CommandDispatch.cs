using Forewave.Broker.Sessions;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Forewave.Storage;

namespace Forewave.Broker.Commands;

/// <summary>From a frame to its command. On the session's read loop; completes synchronously but for what must wait.</summary>
internal static class CommandDispatch
{
    /// <summary>Runs the command of a frame, which stays until the result completes.</summary>
    public static ValueTask RunAsync(Session session, ReadOnlyMemory<byte> frame, CancellationToken cancellation)
    {
        if (!ClientFrameReader.TryRead(frame.Span, out var header, out var problem))
        {
            session.Close(problem.Code, problem.Text);
            return ValueTask.CompletedTask;
        }
        if (!session.IsGreeted || header.Command == ClientCommand.Hello)
            return HelloCommand.RunAsync(session, frame, header, cancellation);
        if (header.Command == ClientCommand.Pong)
            return ValueTask.CompletedTask;
        if (header.Correlation != CorrelationId.None)
            session.Output.RequestTaken();
        else if (header.Command is not (ClientCommand.Credit or ClientCommand.Ping))
            return Refuse(session, header, new FrameProblem(ErrorCode.FieldInvalid, "a request's correlation is not 0"));
        return header.Command switch
        {
            ClientCommand.Publish => PublishCommand.RunAsync(session, frame, header, cancellation),
            ClientCommand.Settle => SettleCommand.RunAsync(session, frame, header, cancellation),
            ClientCommand.Credit => CreditCommand.RunAsync(session, frame, header, cancellation),
            ClientCommand.Receive => ReceiveCommand.RunAsync(session, frame, header, cancellation),
            ClientCommand.Ping => Pong(session, header),
            ClientCommand.OpenProducer => GuardAsync(session, header, OpenProducerCommand.RunAsync(session, frame, header, cancellation)),
            ClientCommand.OpenQueue => GuardAsync(session, header, OpenQueueCommand.RunAsync(session, frame, header, cancellation)),
            ClientCommand.Subscribe => GuardAsync(session, header, SubscribeCommand.RunAsync(session, frame, header, cancellation)),
            ClientCommand.Unsubscribe => UnsubscribeCommand.Run(session, frame, header),
            ClientCommand.GetRoutes => RoutesCommand.Run(session, frame, header),
            ClientCommand.BeginTransaction => GuardAsync(session, header, TransactionCommands.BeginAsync(session, frame, header, cancellation)),
            ClientCommand.Prepare => GuardAsync(session, header, PrepareCommand.RunAsync(session, frame, header, cancellation)),
            ClientCommand.Decide => GuardAsync(session, header, TransactionCommands.DecideAsync(session, frame, header, cancellation)),
            ClientCommand.Administration => AdministrationCommand.Run(session, frame, header, cancellation),
            _ => Refuse(session, header, new FrameProblem(ErrorCode.CapabilityMissing, "the frame has a command that this broker does not know")),
        };
    }

    /// <summary>Refuses a request as a whole: a broken frame closes, anything else is answered.</summary>
    public static ValueTask Refuse(Session session, in ClientFrameHeader header, FrameProblem problem, TimeSpan? retryAfter = null)
    {
        if (ErrorTable.Entry(problem.Code).ClosesConnection)
            session.Close(problem.Code, problem.Text, header.Correlation.Value);
        else
            session.Output.WriteError(header.Correlation.Value, problem.Code, problem.Text, retryAfter);
        return ValueTask.CompletedTask;
    }

    /// <summary>Awaits a command that may be refused by an exception, and answers it then.</summary>
    public static async ValueTask GuardAsync(Session session, ClientFrameHeader header, ValueTask command)
    {
        try
        {
            await command;
        }
        catch (RefusedException refusal)
        {
            await Refuse(session, header, new FrameProblem(refusal.Code, refusal.Detail), refusal.RetryAfter);
        }
        catch (ForewaveException refusal)
        {
            await Refuse(session, header, new FrameProblem(refusal.Code, refusal.Detail));
        }
        catch (StoreException)
        {
            await Refuse(session, header, new FrameProblem(ErrorCode.StoreUnavailable, null));
        }
    }

    private static ValueTask Pong(Session session, in ClientFrameHeader header)
    {
        session.Output.WritePong(header.Correlation);
        return ValueTask.CompletedTask;
    }
}
