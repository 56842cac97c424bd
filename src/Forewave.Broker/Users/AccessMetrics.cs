using System.Diagnostics.Metrics;
using Forewave.Protocol;
using Forewave.Protocol.Access;

namespace Forewave.Broker.Users;

/// <summary>What is counted of users and rights. Tags come from closed sets, never names. Thread-safe.</summary>
public sealed class AccessMetrics
{
    private readonly Counter<long> _letIn;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _missing;

    internal AccessMetrics(Meter meter)
    {
        _letIn = meter.CreateCounter<long>("forewave.log_ins", "{log-in}", "Log-ins that were let in, by what with");
        _refused = meter.CreateCounter<long>("forewave.log_ins.refused", "{log-in}", "Log-ins that were refused, by error");
        _missing = meter.CreateCounter<long>("forewave.rights.refused", "{request}", "Requests refused for want of a right, by right");
    }

    /// <summary>A request was refused for want of a right; of several, any would have done.</summary>
    public void RightMissing(AccessRights rights) => _missing.Add(1, new KeyValuePair<string, object?>("forewave.right", NameOf(rights)));

    internal void LetIn(bool byToken) => _letIn.Add(1, new KeyValuePair<string, object?>("forewave.log_in.kind", byToken ? "token" : "password"));

    internal void Refused(ErrorCode error) => _refused.Add(1, new KeyValuePair<string, object?>("error.type", ErrorTable.Entry(error).Name));

    private static string NameOf(AccessRights rights) => rights switch
    {
        AccessRights.Publish => "publish",
        AccessRights.Consume => "consume",
        AccessRights.Manage => "manage",
        AccessRights.Operate => "operate",
        _ => "look",
    };
}
