using Forewave.Protocol;
using Forewave.Protocol.V1;
using Verb = Forewave.Protocol.V1.AdministrationRequest.VerbOneofCase;

namespace Forewave.Client.Administration;

/// <summary>What is to be known of an administrative request before it is sent.</summary>
/// <param name="Capability">What the broker must be able to do for it.</param>
/// <param name="IsRepeatable">It changes nothing: without an answer it is asked again.</param>
internal readonly record struct AdministrationVerb(string Capability, bool IsRepeatable)
{
    public static AdministrationVerb Of(AdministrationRequest request) => request.VerbCase switch
    {
        Verb.ListQueues or Verb.ShowQueue or Verb.ListGroups or Verb.ShowGroup or Verb.ShowBroker =>
            new(CapabilityNames.Administration, IsRepeatable: true),
        Verb.ShowMessage or Verb.TraceMessage => new(CapabilityNames.Messages, IsRepeatable: true),
        Verb.AwaitOutcome => new(CapabilityNames.Outcomes, IsRepeatable: true),
        // Open ones can be looked at and decided where no new ones can be begun.
        Verb.ListTransactions or Verb.ShowTransaction => new(CapabilityNames.Administration, IsRepeatable: true),
        Verb.ListScheduled or Verb.ListRecurring => new(CapabilityNames.Administration, IsRepeatable: true),
        Verb.SetRecurring => new(CapabilityNames.Delays, IsRepeatable: false),
        Verb.FindMessages => new(CapabilityNames.Search, IsRepeatable: true),
        Verb.ListDead or Verb.ShowDead => new(CapabilityNames.DeadLetters, IsRepeatable: true),
        Verb.RedriveDead or Verb.PurgeDead => new(CapabilityNames.DeadLetters, IsRepeatable: false),
        Verb.ListDeadOperations or Verb.ShowDeadOperation => new(CapabilityNames.DeadOperations, IsRepeatable: true),
        Verb.BeginDeadOperation or Verb.CancelDeadOperation or Verb.UndoDeadOperation => new(CapabilityNames.DeadOperations, IsRepeatable: false),
        Verb.ListLeases => new(CapabilityNames.GroupControl, IsRepeatable: true),
        Verb.ResetGroup => new(CapabilityNames.GroupControl, IsRepeatable: request.ResetGroup.DryRun),
        Verb.ReplayGroup => new(CapabilityNames.GroupControl, IsRepeatable: request.ReplayGroup.DryRun),
        Verb.CancelReplay => new(CapabilityNames.GroupControl, IsRepeatable: false),
        Verb.ListUsers or Verb.ShowUser => new(CapabilityNames.Users, IsRepeatable: true),
        Verb.SetPassword or Verb.SetGrants or Verb.AddUser or Verb.RemoveUser or Verb.AddToken or Verb.RevokeToken => new(CapabilityNames.Users, IsRepeatable: false),
        Verb.ListSettings or Verb.ListSettingChanges => new(CapabilityNames.Settings, IsRepeatable: true),
        Verb.ShowDrain or Verb.BeginDrain or Verb.EndDrain => new(CapabilityNames.Settings, IsRepeatable: true),
        Verb.SetSetting => new(CapabilityNames.Settings, IsRepeatable: false),
        Verb.ResumeKey => new(CapabilityNames.Ordering, IsRepeatable: false),
        Verb.ShowBackup => new(CapabilityNames.Backups, IsRepeatable: true),
        Verb.BeginBackup or Verb.CancelBackup => new(CapabilityNames.Backups, IsRepeatable: false),
        Verb.SetGroup when UsesControl(request.SetGroup.Options) => new(CapabilityNames.GroupControl, IsRepeatable: false),
        Verb.SetGroup when request.SetGroup.Options is { HasOnFailure: true } => new(CapabilityNames.Ordering, IsRepeatable: false),
        Verb.CreateQueue when request.CreateQueue.Options is { Trace: true } => new(CapabilityNames.Messages, IsRepeatable: false),
        Verb.SetQueue when request.SetQueue.Options is { HasTrace: true } => new(CapabilityNames.Messages, IsRepeatable: false),
        Verb.CreateQueue when request.CreateQueue.Options is { HasDeleteWhenIdle: true } => new(CapabilityNames.IdleQueues, IsRepeatable: false),
        Verb.SetQueue when request.SetQueue.Options is { HasDeleteWhenIdle: true } => new(CapabilityNames.IdleQueues, IsRepeatable: false),
        Verb.SetGroup when request.SetGroup.Options is { HasOnExpired: true } => new(CapabilityNames.Expiry, IsRepeatable: false),
        Verb.CreateQueue when request.CreateQueue.Options is { HasTimeToLive: true } => new(CapabilityNames.Expiry, IsRepeatable: false),
        Verb.SetQueue when request.SetQueue.Options is { HasTimeToLive: true } => new(CapabilityNames.Expiry, IsRepeatable: false),
        Verb.CreateQueue when request.CreateQueue.Options is { HasDeduplicationWindow: true } => new(CapabilityNames.Deduplication, IsRepeatable: false),
        Verb.SetQueue when request.SetQueue.Options is { HasDeduplicationWindow: true } => new(CapabilityNames.Deduplication, IsRepeatable: false),
        Verb.CreateQueue when request.CreateQueue.Options is { Relaxed: true } => new(CapabilityNames.RelaxedQueues, IsRepeatable: false),
        Verb.SetQueue when request.SetQueue.Options is { Relaxed: true } => new(CapabilityNames.RelaxedQueues, IsRepeatable: false),
        _ => new(CapabilityNames.Administration, IsRepeatable: false),
    };

    private static bool UsesControl(GroupOptions? options) => options is not null
        && (options.HasPaused || options.HasRate || options.HasBurst || options.HasMaxLeased || options.HasSingleActive);
}
