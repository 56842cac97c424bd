using Forewave.Broker.Observability;
using Forewave.Broker.Users;
using Forewave.Protocol;
using Forewave.Server.Http.Routing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Forewave.Server.Http;

/// <summary>Tells the audit log of requests over HTTP that change something, as the engine does of those over the wire. Thread-safe.</summary>
internal sealed class HttpAudit(ILogger logger)
{
    /// <summary>The category.</summary>
    public const string Category = "Forewave.Audit";

    /// <summary>Tells what a request's path does not: told with its end.</summary>
    public static void Add(HttpContext context, string words) => context.Items[typeof(HttpAudit)] = words;

    /// <summary>A request has ended.</summary>
    /// <param name="context">The request.</param>
    /// <param name="operation">What was asked for.</param>
    /// <param name="names">On what.</param>
    /// <param name="failure">Why it failed; null: it was done.</param>
    public void Ended(HttpContext context, ApiOperation operation, IReadOnlyDictionary<string, string> names, ErrorCode? failure)
    {
        if (operation.Right is not (ApiRight.Manage or ApiRight.Operate) || operation.Method == "GET")
            return;
        string user = context.Items.TryGetValue(typeof(Access), out object? access) ? $"{access}" : "nobody";
        AuditPeer peer = new($"{context.Connection.RemoteIpAddress}:{context.Connection.RemotePort}");
        var words = names.Select(name => $"{name.Key} {Printable(name.Value)}");
        AuditTarget target = new(string.Join(' ', context.Items.TryGetValue(typeof(HttpAudit), out object? told) ? words.Append(Printable($"{told}")) : words));
        if (failure is not { } error)
            ServerLog.Done(logger, user, peer, operation.Id, target);
        else if (ErrorTable.TryGet((uint)error, out var entry) && entry.Stored == StoredOutcome.No)
            ServerLog.Refused(logger, user, peer, operation.Id, target, error);
        else
            ServerLog.OutcomeUnknown(logger, user, peer, operation.Id, target, error);
    }

    private static string Printable(string text) =>
        string.Concat(text.Take(Limits.NameBytes).Select(letter => char.IsControl(letter) ? '?' : letter));
}
