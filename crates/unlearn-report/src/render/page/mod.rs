pub fn page(_record: &crate::AuditRecord) -> String {
    String::new()
}
