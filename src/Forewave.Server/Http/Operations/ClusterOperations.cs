using Forewave.Server.Http.Answers;
using Forewave.Server.Http.Routing;
using Forewave.Server.Json;
using Forewave.Server.Members;

namespace Forewave.Server.Http.Operations;

/// <summary>What a broker of a group says of itself; answered whether it serves or not. Thread-safe.</summary>
/// <param name="member">The broker's part in its group; null: it is alone, or has none yet.</param>
internal sealed class ClusterOperations(Func<MemberHost?> member)
{
    /// <summary>The operations: for everybody who reaches the port, as the health checks are, for a broker that follows knows no users.</summary>
    public ApiOperation[] All =>
    [
        new() { Id = "showMember", Method = "GET", Path = "/v1/cluster/member", Right = ApiRight.None, Run = ShowAsync, Anywhere = true },
    ];

    private async Task ShowAsync(ApiCall call)
    {
        var host = member();
        var report = host?.Report is { } ask ? await ask(call.Gone) : null;
        await JsonAnswer.WriteAsync(call, writer => MemberJson.Write(writer, host, report));
    }
}
