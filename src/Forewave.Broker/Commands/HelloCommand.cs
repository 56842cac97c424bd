using System.Text;
using Forewave.Broker.Observability;
using Forewave.Broker.Sessions;
using Forewave.Broker.Users;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Commands;

/// <summary>Hello: the first frame, answered with the limits and with what this broker can do.</summary>
internal static class HelloCommand
{
    private const string OperatorRole = "admin";

    private static readonly string[] Capabilities =
    [
        CapabilityNames.Streaming, CapabilityNames.LongPolling, CapabilityNames.DeadLetters, CapabilityNames.RelaxedQueues,
        CapabilityNames.Administration, CapabilityNames.Messages, CapabilityNames.IdleQueues, CapabilityNames.Users,
        CapabilityNames.Settings,
    ];

    public static ValueTask RunAsync(Session session, ReadOnlyMemory<byte> frame, in ClientFrameHeader header, CancellationToken cancellation)
    {
        ulong correlation = header.Correlation.Value;
        if (header.Command != ClientCommand.Hello || session.IsGreeted)
        {
            session.Close(ErrorCode.HelloExpected, correlation: correlation);
            return ValueTask.CompletedTask;
        }
        if (!GeneratedFrame.TryParse(V1.Hello.Parser, header.Payload.Of(frame.Span), out var hello, out var problem))
            return CommandDispatch.Refuse(session, header, problem);
        if (FindProblem(hello) is { IsNone: false } refused)
        {
            session.Close(refused.Code, refused.Text, correlation);
            return ValueTask.CompletedTask;
        }
        if (!session.Origin.IsInProcess && FindOldSdk(session.Parts.Settings.Terms.Options, hello) is { IsNone: false } old)
        {
            session.Close(old.Code, old.Text, correlation);
            return ValueTask.CompletedTask;
        }
        session.IsOfOperator = hello.Role == OperatorRole;
        if (IsDrainedAway(session, correlation))
            return ValueTask.CompletedTask;
        session.ClientName = hello.Name;
        SdkKind sdk = new() { Name = hello.Sdk, Version = hello.SdkVersion };
        return GreetAsync(session, header.Correlation, RequestOf(session, hello), sdk, cancellation);
    }

    // Completes at once but where a password is checked.
    private static async ValueTask GreetAsync(Session session, CorrelationId correlation, LogInRequest request, SdkKind sdk, CancellationToken cancellation) =>
        Greet(session, correlation, sdk, await session.Parts.LogIns.LogInAsync(request, cancellation));

    private static void Greet(Session session, CorrelationId correlation, SdkKind sdk, in LogInResult result)
    {
        Tell(session, result);
        if (!result.IsLetIn)
        {
            session.Close(result.Error, result.Text, correlation.Value);
            return;
        }
        // A drain may have begun while the password was checked.
        if (IsDrainedAway(session, correlation.Value))
            return;
        if (Count(session, result.Access) is not ErrorCode.None and var full)
        {
            session.Close(full, correlation: correlation.Value);
            return;
        }
        session.Access = result.Access;
        // The host publishes for many: who they are is looked at over HTTP.
        session.Quota = session.Parts.NewQuota(session.Origin.IsOfHost ? "" : result.Access.Name, session.Origin.IsOfHost);
        session.Sdk = session.Parts.Sessions.Sdks.Enter(sdk);
        session.IsGreeted = true;
        session.Output.RequestTaken();
        session.Output.Answer(new V1.ServerFrame { Correlation = correlation.Value, Hello = Answer(session) });
    }

    private static bool IsDrainedAway(Session session, ulong correlation)
    {
        if (!session.Parts.Drain.IsOn || session.IsOfOperator || session.Origin.IsOfHost)
            return false;
        session.Close(ErrorCode.ShuttingDown, "The broker is drained before it is stopped.", correlation);
        return true;
    }

    // Not operators, who would set a bound back that keeps everybody out, nor the host, which asks for them over HTTP.
    private static ErrorCode Count(Session session, Access access)
    {
        var sessions = session.Parts.Sessions;
        if (session.Origin.IsOfHost || session.IsOfOperator && access.MayOperate)
            return ErrorCode.None;
        if (!sessions.TryCountClient(session))
            return ErrorCode.TooManyConnections;
        if (access.Name.Length == 0)
            return ErrorCode.None;
        if (!sessions.Users.TryEnter(access.Name, session.Parts.Settings.Terms.ConnectionsOf(access.Name)))
            return ErrorCode.TooManyUserConnections;
        session.CountedUser = access.Name;
        return ErrorCode.None;
    }

    private static void Tell(Session session, in LogInResult result)
    {
        AuditPeer peer = new(session.Origin.Peer);
        if (!result.IsLetIn)
            AuditLog.LogInRefused(session.Parts.AuditLogger, result.User?.Name.Value ?? "somebody unknown", peer, result.Error);
        else if (result.Access.User is { } user)
            AuditLog.LoggedIn(session.Parts.AuditLogger, user.Name.Value, peer, new AuditTarget(result.Access.Token is { } token ? $"token {token.Id}" : "password"));
    }

    private static LogInRequest RequestOf(Session session, V1.Hello hello) => new()
    {
        User = hello.User,
        Secret = hello.Secret.Memory,
        Host = session.Origin.Host,
        IsRemote = session.Origin.IsRemote,
        IsInProcess = session.Origin.IsInProcess,
    };

    private static FrameProblem FindProblem(V1.Hello hello)
    {
        if (hello.ProtocolVersion != Limits.ProtocolVersion)
        {
            string text = $"the hello asks for protocol version {hello.ProtocolVersion}, this broker speaks {Limits.ProtocolVersion}.";
            return new FrameProblem(ErrorCode.ProtocolVersionUnsupported, text);
        }
        bool tooLong = Encoding.UTF8.GetByteCount(hello.Name) > Limits.NameBytes || hello.Role.Length > Limits.NameBytes
            || hello.Sdk.Length > Limits.NameBytes || hello.SdkVersion.Length > Limits.NameBytes;
        return tooLong ? new FrameProblem(ErrorCode.FieldInvalid, "name, role, sdk or sdk_version is longer than 64 bytes.") : default;
    }

    // One that is named among the least versions has to say which it is; one that is not may be any.
    private static FrameProblem FindOldSdk(BrokerOptions options, V1.Hello hello)
    {
        if (!options.LeastSdkVersions.TryGetValue(hello.Sdk, out string? least) || !SdkVersion.TryParse(least, out var allowed))
            return default;
        bool isOld = !SdkVersion.TryParse(hello.SdkVersion, out var version) || version < allowed;
        return isOld ? new FrameProblem(ErrorCode.SdkTooOld, $"{hello.Sdk} {hello.SdkVersion} is older than {least}, the least version that this broker takes.") : default;
    }

    private static V1.HelloAnswer Answer(Session session)
    {
        var parts = session.Parts;
        var answer = new V1.HelloAnswer
        {
            ProtocolVersion = Limits.ProtocolVersion,
            BrokerVersion = parts.Options.Version,
            Partition = parts.Store.Partition.Value,
            Epoch = parts.Store.Epoch.Value,
            Heartbeat = (uint)Limits.Heartbeat.TotalMilliseconds,
            Limits = new V1.WireLimits
            {
                MessageBytes = Limits.MessageBytes,
                FrameBytes = Limits.FrameBytes,
                MessagesPerFrame = Limits.MessagesPerFrame,
                Keys = Limits.Keys,
                KeyBytes = Limits.KeyBytes,
                Headers = Limits.Headers,
                HeadersBytes = Limits.HeadersBytes,
                RequestsInFlight = (uint)parts.Options.RequestsInFlight,
                Handles = (uint)parts.Options.HandlesPerConnection,
            },
        };
        answer.Capabilities.AddRange(Capabilities);
        if (parts.Options.Scheduling)
            answer.Capabilities.Add("delays");
        if (parts.Options.Ordering)
            answer.Capabilities.Add(CapabilityNames.Ordering);
        if (parts.Options.Priorities)
            answer.Capabilities.Add(CapabilityNames.Priorities);
        if (parts.Options.Expiry)
            answer.Capabilities.Add(CapabilityNames.Expiry);
        if (parts.Options.Deduplication)
            answer.Capabilities.Add(CapabilityNames.Deduplication);
        if (parts.Options.GroupControl)
            answer.Capabilities.Add(CapabilityNames.GroupControl);
        if (parts.Options.Outcomes)
            answer.Capabilities.Add(CapabilityNames.Outcomes);
        if (parts.Options.Transactions)
            answer.Capabilities.Add(CapabilityNames.Transactions);
        if (parts.Options.Search)
            answer.Capabilities.Add(CapabilityNames.Search);
        if (parts.Options.DeadOperations)
            answer.Capabilities.Add(CapabilityNames.DeadOperations);
        if (parts.Store.Backups is not null)
            answer.Capabilities.Add(CapabilityNames.Backups);
        if (parts.Options.Cluster is not null)
            answer.Capabilities.Add(CapabilityNames.Routes);
        return answer;
    }
}
