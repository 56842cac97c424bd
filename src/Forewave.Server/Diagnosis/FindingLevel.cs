namespace Forewave.Server.Diagnosis;

/// <summary>How bad a finding is; the worst one decides.</summary>
internal enum FindingLevel
{
    /// <summary>As it should be.</summary>
    Fine,

    /// <summary>The broker works; something can go wrong, or is slower than it needs to be.</summary>
    Warning,

    /// <summary>The broker does not start, refuses publishes, or cannot keep a promise.</summary>
    Fault,
}
