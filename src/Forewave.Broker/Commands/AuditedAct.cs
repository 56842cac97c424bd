using System.Text;
using Forewave.Broker.Observability;
using Forewave.Broker.Sessions;
using Forewave.Protocol;
using Forewave.Protocol.Access;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Microsoft.Extensions.Logging;
using V1 = Forewave.Protocol.V1;
using Verb = Forewave.Protocol.V1.AdministrationRequest.VerbOneofCase;

namespace Forewave.Broker.Commands;

/// <summary>An administrative request that changes something, for the audit log. What only looks is none.</summary>
internal sealed class AuditedAct
{
    // The fields that say to what; all others (options, reasons, hashes, messages) stay out.
    private static readonly string[] Named = ["queue", "group", "user", "name", "token", "message_id", "number", "transaction_id"];
    private readonly ILogger _logger;
    private readonly string _user;
    private readonly AuditPeer _peer;
    private readonly string _act;
    private readonly AuditTarget _target;

    private AuditedAct(Session session, V1.AdministrationRequest request)
    {
        _logger = session.Parts.AuditLogger;
        _user = session.Access.ToString();
        _peer = new AuditPeer(session.Origin.Peer);
        _act = request.VerbCase.ToString();
        _target = new AuditTarget(TargetOf(request));
    }

    /// <summary>The act; null: it only looks, or is told of over HTTP already.</summary>
    public static AuditedAct? Of(Session session, V1.AdministrationRequest request) =>
        session.Origin.IsOfHost || IsLook(request.VerbCase) ? null : new AuditedAct(session, request);

    /// <summary>It is done and committed.</summary>
    public void Done() => AuditLog.Done(_logger, _user, _peer, _act, _target);

    /// <summary>It was refused, or its end is not known.</summary>
    public void Failed(ErrorCode error)
    {
        if (ErrorTable.Entry(error).Stored == StoredOutcome.No)
            AuditLog.Refused(_logger, _user, _peer, _act, _target, error);
        else
            AuditLog.Unknown(_logger, _user, _peer, _act, _target, error);
    }

    private static bool IsLook(Verb verb) => verb is Verb.None or Verb.ListQueues or Verb.ShowQueue or Verb.ListGroups or Verb.ShowGroup or Verb.ListDead
        or Verb.ShowDead or Verb.ShowBroker or Verb.ListScheduled or Verb.ListRecurring or Verb.ListDeadOperations or Verb.ShowDeadOperation
        or Verb.ListLeases or Verb.ShowMessage or Verb.TraceMessage or Verb.AwaitOutcome or Verb.FindMessages or Verb.ListUsers or Verb.ShowUser
        or Verb.ShowBackup or Verb.ListSettings or Verb.ListSettingChanges or Verb.ShowDrain
        or Verb.ListTransactions or Verb.ShowTransaction;

    private static string TargetOf(V1.AdministrationRequest request)
    {
        var asked = (IMessage)V1.AdministrationRequest.Descriptor.FindFieldByNumber((int)request.VerbCase).Accessor.GetValue(request);
        var words = asked.Descriptor.Fields.InFieldNumberOrder().Where(field => Named.Contains(field.Name)).Select(field => WordOf(field, asked)).ToList();
        if (request.VerbCase is Verb.CancelScheduled or Verb.Reschedule)
            words.Add(WordOf((request.CancelScheduled?.Choice ?? request.Reschedule?.Choice)!));
        if (request.VerbCase is Verb.SetSetting)
            words.Add(request.SetSetting.HasValue ? $"value {Printable(request.SetSetting.Value)}" : "unset");
        if (request.VerbCase == Verb.DecideTransaction)
            words.Add(request.DecideTransaction.Commit ? "commit" : "rollback");
        return string.Join(' ', words.Where(word => word.Length > 0));
    }

    private static string WordOf(FieldDescriptor field, IMessage asked) => field.Accessor.GetValue(asked) switch
    {
        V1.Token token => $"token {token.Id}",
        string { Length: > 0 } text => $"{field.Name} {(IsSecret(field, text) ? "(a secret)" : Printable(text))}",
        ulong number when number > 0 => $"{field.Name} {number}",
        _ => "",
    };

    // Whoever revokes a token may give all of it where its id is asked for, and a token where a name is.
    private static bool IsSecret(FieldDescriptor field, string text) =>
        field.Name == "token" ? !AccessToken.IsId(text) : AccessToken.IsToken(Encoding.UTF8.GetBytes(text));

    private static string WordOf(V1.ScheduledChoice? choice) => choice is null ? "" : choice.Queue.Length > 0 ? $"queue {Printable(choice.Queue)}" : $"{choice.Positions.Count} messages";

    // What is written comes from whoever asks: one line, and not a long one.
    private static string Printable(string text) =>
        string.Concat(text.Take(Limits.NameBytes).Select(letter => char.IsControl(letter) ? '?' : letter));
}
