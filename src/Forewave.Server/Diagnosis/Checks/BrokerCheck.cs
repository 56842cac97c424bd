using System.Net;
using System.Net.NetworkInformation;
using Forewave.Server.Listeners;

namespace Forewave.Server.Diagnosis.Checks;

/// <summary><c>broker</c>: whether one runs with these settings and how it does; where none does, whether its addresses are free.</summary>
internal static class BrokerCheck
{
    private const string Check = "broker";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>Looks; asks <c>/health/ready</c> where something listens.</summary>
    public static async Task<IReadOnlyList<Finding>> LookAsync(DiagnosisScene scene, CancellationToken cancellation)
    {
        var plan = ListenPlan.Of(scene.Options);
        if (plan.Http is { } http && IsTaken(http.EndPoint))
            return [Of(await AskAsync(http.EndPoint, cancellation), http.EndPoint)];
        if (scene.BrokerProcess is { } process)
            return [new Finding(Check, FindingLevel.Fine) { Text = $"process {process} has the data folder open; nothing listens at http, so it was not asked" }];
        return plan.Listen is { } listen && IsTaken(listen.EndPoint)
            ? [new Finding(Check, FindingLevel.Fault)
            {
                Text = $"something listens at {listen.EndPoint}, and it is no broker on this data folder",
                Advice = "A broker with these settings would not start (AddressUnusable): stop what listens there, or choose another address.",
            }]
            : [new Finding(Check, FindingLevel.Fine) { Text = "none runs with these settings, and its addresses are free" }];
    }

    private static Finding Of((int Status, string Text) answer, IPEndPoint at) => answer.Status switch
    {
        200 => new Finding(Check, FindingLevel.Fine) { Text = $"it is ready, as http://{at}/health/ready says" },
        503 when answer.Text.StartsWith("stopped", StringComparison.Ordinal) => new Finding(Check, FindingLevel.Fault)
        {
            Text = $"http://{at}/health/ready answers: {answer.Text}", Advice = "Its partition stopped: read its log and docs/running.md, repair the cause, start it again.",
        },
        503 => new Finding(Check, FindingLevel.Warning)
        {
            Text = $"http://{at}/health/ready answers: {answer.Text}",
            Advice = "Wait while it starts, recovers or follows its master; else read its log.",
        },
        0 => new Finding(Check, FindingLevel.Fault)
        {
            Text = $"something listens at {at} and does not answer http: {answer.Text}",
            Advice = "If it is a broker it stands still: read its log. Else stop it, or choose another address for http.",
        },
        _ => new Finding(Check, FindingLevel.Fault)
        {
            Text = $"http://{at}/health/ready answers {answer.Status}: {answer.Text}",
            Advice = "It is no broker that listens there: stop it, or choose another address for http.",
        },
    };

    private static async Task<(int Status, string Text)> AskAsync(IPEndPoint at, CancellationToken cancellation)
    {
        using HttpClient client = new() { Timeout = Patience };
        var host = at.Address.Equals(IPAddress.Any) ? IPAddress.Loopback : at.Address.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback : at.Address;
        try
        {
            using var answer = await client.GetAsync($"http://{new IPEndPoint(host, at.Port)}/health/ready", cancellation);
            string text = (await answer.Content.ReadAsStringAsync(cancellation)).Trim();
            return ((int)answer.StatusCode, text.Length > 200 ? text[..200] : text);
        }
        catch (HttpRequestException failure)
        {
            return (0, failure.Message);
        }
        catch (TaskCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return (0, $"no answer in {Patience.TotalSeconds:0} s");
        }
    }

    private static bool IsTaken(IPEndPoint at) => at.Port != 0 && Array.Exists(
        IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners(),
        taken => taken.Port == at.Port && (taken.Address.Equals(at.Address) || taken.Address.Equals(IPAddress.Any) || taken.Address.Equals(IPAddress.IPv6Any)
            || at.Address.Equals(IPAddress.Any) || at.Address.Equals(IPAddress.IPv6Any)));
}
