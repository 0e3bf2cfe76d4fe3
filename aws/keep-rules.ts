/** What new objects are kept by, beyond what their bucket or configuration says. */
export interface KeepRules {
  /** True when the object of this key, written now, belongs under a legal hold. */
  isHeld(key: string): boolean;
  /** Days that an approved act asked for; 0 when none did. */
  lockDays(): number;
}

/** Nothing beyond bucket and configuration. */
export const NO_RULES: KeepRules = { isHeld: () => false, lockDays: () => 0 };
