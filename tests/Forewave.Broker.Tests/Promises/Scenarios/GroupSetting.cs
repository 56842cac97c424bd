using Forewave.Broker.Delivery.Groups;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Promises.Scenarios;

/// <summary>Gives a group the options of its plan.</summary>
internal sealed class GroupSetting(Scenario scenario)
{
    /// <summary>False: the broker is gone.</summary>
    public async Task<bool> ApplyAsync(GroupPlan plan)
    {
        var options = new V1.GroupOptions();
        if (plan.MaxAttempts > 0)
            options.MaxAttempts = plan.MaxAttempts;
        if (plan.Policy != FailurePolicy.Hold)
            options.OnFailure = (V1.FailurePolicy)(plan.Policy + 1);
        if (plan.BuriesExpired)
            options.OnExpired = V1.ExpiredPolicy.DeadLetter;
        if (options.Equals(new V1.GroupOptions()))
            return true;
        var set = new V1.SetGroup { Queue = plan.Queue.Name, Group = plan.Name, Options = options };
        var answer = await scenario.AdministerAsync(new V1.AdministrationRequest { SetGroup = set });
        return answer?.Administration is not null;
    }
}
