using Forewave.Broker.Sessions;
using Forewave.Protocol;
using V1 = Forewave.Protocol.V1;
using Verb = Forewave.Protocol.V1.AdministrationRequest.VerbOneofCase;

namespace Forewave.Broker.Commands;

/// <summary>Verbs about draining the broker.</summary>
internal static class DrainVerbs
{
    /// <summary>The answer, or null where the verb is none about drains.</summary>
    public static V1.AdministrationAnswer? Run(SessionParts parts, V1.AdministrationRequest request)
    {
        switch (request.VerbCase)
        {
            case Verb.BeginDrain:
                if (request.BeginDrain.Grace > Limits.MaxStopGrace.TotalMilliseconds)
                    throw new RefusedException(ErrorCode.FieldInvalid, "grace is an hour at most.");
                parts.Drain.Begin(request.BeginDrain.HasGrace ? TimeSpan.FromMilliseconds(request.BeginDrain.Grace) : parts.Options.StopGrace);
                break;
            case Verb.EndDrain:
                parts.Drain.End();
                break;
            case Verb.ShowDrain:
                break;
            default:
                return null;
        }
        return new V1.AdministrationAnswer { Drain = new V1.DrainStatus { IsDraining = parts.Drain.IsOn, Connections = (uint)parts.Drain.Left } };
    }
}
